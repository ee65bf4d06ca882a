using System.Collections.Immutable;
using Swarm.Core.Nodes;

namespace Swarm.Core.Placement;

/// <summary>The placements of one pool: what its nodes report, and what of them is given away.</summary>
/// <remarks>Holds state, as the one who asks is one actor; knows no clock, so the same calls
/// give the same answers.</remarks>
public sealed class Placer
{
    private const int AnswersSwept = 1024;

    private static readonly TimeSpan AnswersKept = TimeSpan.FromMinutes(5);

    private readonly NodeTable _table = new();
    private readonly Dictionary<ServiceName, Answered> _answers = [];
    private int _sweepAt = AnswersSwept;

    /// <summary>Every node that has reported, as it last did;
    /// <see cref="NodeListing.Reserved"/> includes what is given away.</summary>
    public ImmutableArray<NodeListing> Nodes =>
    [
        .. Enumerable.Range(0, _table.Count).OrderBy(row => _table.Id(row).Value, StringComparer.Ordinal).Select(row =>
        {
            var report = _table.Report(row);
            return new NodeListing(
                report.Node, report.Settings, _table.IsReachable(row), report.Node.Capacity - _table.Free(row),
                _table.TaskCount(row));
        }),
    ];

    /// <returns>False for a report older than one that was kept.</returns>
    public bool Keep(NodeReport report) => _table.Keep(report);

    /// <summary>Nothing is given to a node out of reach. A node that has never reported is not
    /// known, and stays so.</summary>
    public void SetReachable(NodeId node, bool reachable) => _table.SetReachable(node, reachable);

    /// <summary>The node is gone for good.</summary>
    public void Remove(NodeId node) => _table.Remove(node);

    /// <summary>Chooses a node for each task, and deducts what they take. A request seen
    /// before is answered as before.</summary>
    public PlacementsMade Place(PlaceTasks request, DateTimeOffset now)
    {
        if (_answers.TryGetValue(request.Service, out var last) && last.Answer.Request == request.Request
            && last.Tasks.SequenceEqual(request.Tasks))
        {
            return last.Answer;
        }

        _table.Expire(now);
        var answer = Choose(request, now);
        Sweep(now);
        _answers[request.Service] = new Answered(request.Tasks, answer, now);
        return answer;
    }

    private PlacementsMade Choose(PlaceTasks request, DateTimeOffset now)
    {
        var constraints = ImmutableArray.CreateBuilder<PlacementConstraint>();
        foreach (var text in request.Rules.Constraints)
        {
            if (!PlacementConstraint.TryParse(text, out var constraint, out var problem))
                return NoneFor(request, problem);
            constraints.Add(constraint);
        }

        if (request.Rules.SpreadOver
            .Select(PlacementConstraint.SpreadProblem)
            .FirstOrDefault(no => no is not null) is { } wrong)
        {
            return NoneFor(request, wrong);
        }

        return Choose(request, constraints.ToImmutable(), now);
    }

    private PlacementsMade Choose(
        PlaceTasks request, ImmutableArray<PlacementConstraint> constraints, DateTimeOffset now)
    {
        // What an answer that was lost gave away is given again, so that it is not deducted twice.
        var placed = request.Tasks
            .Select(task => (Task: task, Node: _table.GivenTo(task)))
            .Where(given => given.Node is not null)
            .Select(given => new TaskPlacement(given.Task, given.Node!.Value)).ToImmutableArray().ToBuilder();
        var again = placed.Select(placement => placement.Task).ToHashSet();
        var left = request.Tasks.Where(task => !again.Contains(task)).ToImmutableArray();
        var choice = new PlacementChoice(
            _table, request, constraints, placed.CountBy(placement => placement.Node).ToDictionary());
        for (var i = 0; i < left.Length; i++)
        {
            if (choice.Next() is not { } row)
            {
                var (reason, lacksRoom) = choice.Explain();
                return new PlacementsMade(request.Service, request.Request, placed.ToImmutable(), left[i..], reason)
                {
                    LacksRoom = lacksRoom
                };
            }

            _table.Give(row, left[i], request, now);
            choice.Taken(row);
            placed.Add(new TaskPlacement(left[i], _table.Id(row)));
        }

        return new PlacementsMade(request.Service, request.Request, placed.ToImmutable(), [], "");
    }

    private static PlacementsMade NoneFor(PlaceTasks request, string reason) =>
        new(request.Service, request.Request, [], request.Tasks, reason);

    private void Sweep(DateTimeOffset now)
    {
        if (_answers.Count < _sweepAt) return;
        foreach (var (service, _) in _answers.Where(answer => answer.Value.At <= now - AnswersKept).ToList())
            _answers.Remove(service);
        _sweepAt = Math.Max(AnswersSwept, _answers.Count * 2);
    }

    private sealed record Answered(ImmutableArray<TaskId> Tasks, PlacementsMade Answer, DateTimeOffset At);
}
