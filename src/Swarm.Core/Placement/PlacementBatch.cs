using System.Collections.Immutable;

namespace Swarm.Core.Placement;

/// <summary>One request under way: which of its tasks has found its node, and why others have not.</summary>
internal sealed class PlacementBatch(
    NodeTable table, PlaceTasks request, ImmutableArray<PlacementConstraint> constraints, DateTimeOffset now)
{
    private const int MostNames = 3;

    private readonly ImmutableArray<TaskPlacement>.Builder _placed = ImmutableArray.CreateBuilder<TaskPlacement>();
    private readonly List<TaskId> _unplaced = [];

    public PlacementsMade Place()
    {
        var bound = request.Bound.Select(one => one.Task).ToHashSet();
        var free = request.Tasks.Where(task => !bound.Contains(task)).ToImmutableArray();

        // What an answer that was lost gave away is given again, so that it is not deducted twice; elsewhere if the
        // node will not do any more.
        var before = free.Select(table.GivenTo).ToImmutableArray();
        foreach (var task in free.Concat(bound)) table.TakeBack(task);

        var choice = new PlacementChoice(table, request, constraints);
        var left = ImmutableArray.CreateBuilder<TaskId>();
        for (var i = 0; i < free.Length; i++)
        {
            if (before[i] is { } row && choice.Judge(row) is null) Give(choice, row, free[i]);
            else left.Add(free[i]);
        }

        var (boundReason, boundRoom) = PlaceBound(choice);
        var (reason, room) = PlaceFree(choice, left.ToImmutable());
        var reasons = string.Join("; ", new[] { boundReason, reason }.Where(one => one.Length > 0));
        return new PlacementsMade(
            request.Service, request.Request, _placed.ToImmutable(), [.. _unplaced], reasons)
        {
            LacksRoom = boundRoom || room,
        };
    }

    private (string Reason, bool LacksRoom) PlaceBound(PlacementChoice choice)
    {
        var reason = new UnplacedReason(request);
        var names = new List<string>();
        foreach (var (task, node) in request.Bound)
        {
            var row = table.Row(node);
            var misfit = row is null ? new Misfit(MisfitKind.NotInPool) : choice.Judge(row.Value);
            if (misfit is null)
            {
                Give(choice, row!.Value, task);
                continue;
            }

            _unplaced.Add(task);
            reason.Add(misfit.Value, row is null ? null : table.Free(row.Value));
            names.Add(row is null ? node.Value : table.Report(row.Value).Node.Name);
        }

        if (names.Count == 0) return ("", false);
        var named = names.Count <= MostNames ? $" ({string.Join(", ", names)})" : "";
        return (reason.Say($"{names.Count} nodes{named}"), reason.LacksRoom);
    }

    private (string Reason, bool LacksRoom) PlaceFree(PlacementChoice choice, ImmutableArray<TaskId> tasks)
    {
        for (var i = 0; i < tasks.Length; i++)
        {
            if (choice.Next() is { } row)
            {
                Give(choice, row, tasks[i]);
                continue;
            }

            _unplaced.AddRange(tasks[i..]);
            if (table.Count == 0) return ($"0 of 0 nodes: pool {request.Pool} has no nodes", false);
            var reason = choice.Explain();
            return (reason.Say($"{reason.Nodes} nodes"), reason.LacksRoom);
        }

        return ("", false);
    }

    private void Give(PlacementChoice choice, int row, TaskId task)
    {
        table.Give(row, task, request, now);
        choice.Taken(row);
        _placed.Add(new TaskPlacement(task, table.Id(row)));
    }
}
