using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Core.Placement;

namespace Swarm.Core.Services;

/// <summary>What a service wants of the placer, and when it wants to look at itself again.</summary>
internal static class NeedsRules
{
    /// <summary>How long a node is remembered as one on which the service failed.</summary>
    private static readonly TimeSpan FailureMemory = TimeSpan.FromMinutes(5);

    public static ServiceNeeds Needs(ServiceState state, DateTimeOffset now, LeaseHolds holds)
    {
        if (!state.Exists) return new ServiceNeeds(null, null);

        var pending = PlacementAnswers.Asked(state).ToImmutableArray();
        var later = state.Placement.RetryAt > now;
        var placement = pending.IsEmpty || later ? null : Request(state, pending, now);
        var times = WakeTimes(state, holds, now).Append(pending.IsEmpty || !later ? null : state.Placement.RetryAt);
        return new ServiceNeeds(placement, times.Where(time => time > now).Min())
        {
            Eligible = GlobalRules.Question(state),
        };
    }

    /// <summary>Null where a task has one node only, or where all would be otherwise in a moment. A job that is begun
    /// elsewhere has lost more time than its image takes.</summary>
    public static PrepareStandbys? Standbys(ServiceState state, DateTimeOffset now)
    {
        var isAtRest = state is { Exists: true, Removing: false, Update.IsRolling: false }
            && !PlacementAnswers.Asked(state).Any();
        if (!isAtRest || state.Spec is not { Mode: ServiceMode.Replicated, Container.PinnedImage: not null })
            return null;

        var next = Request(state, [], now);
        return next.RunningPerNode.IsEmpty ? null : new PrepareStandbys(next);
    }

    private static IEnumerable<DateTimeOffset?> WakeTimes(
        ServiceState state, LeaseHolds holds, DateTimeOffset now)
    {
        foreach (var mark in state.Nodes.Values)
        {
            yield return mark.LostAt(state.Spec) ?? mark.ForgetAt;
        }

        var leased = state.Nodes.Values.Any(mark => mark.Lost) ? state.Tasks.Values : [];
        foreach (var task in leased) yield return LeaseRules.HeldUntil(state, task, holds);
        if (state.Removing) yield break;

        var slots = SlotTasks.Of(state, holds, now);
        foreach (var (number, slot) in state.Slots)
        {
            if (slot.End == SlotEnd.None && SlotTasks.In(slots, number).Current.Count == 0) yield return slot.RetryAt;
        }

        yield return JobRules.ExpiresAt(state);
        foreach (var time in RunRules.WakeTimes(state)) yield return time;
        yield return Rollout.DoneAt(state, slots);
        yield return Replacement.UpdateAt(state, slots);
        yield return Replacement.DrainAt(state, slots);
    }

    private static IEnumerable<TaskPlacement> BoundOf(ServiceState state, ImmutableArray<ServiceTask> pending)
    {
        foreach (var task in pending)
        {
            if (GlobalRules.NodeFor(state, task) is { } node) yield return new TaskPlacement(task.Id, node);
        }
    }

    private static PlaceTasks Request(ServiceState state, ImmutableArray<ServiceTask> pending, DateTimeOffset now)
    {
        var spec = state.Spec;
        var avoid = state.Nodes
            .Select(mark => KeyValuePair.Create(
                mark.Key, mark.Value.Failures.Count(failed => failed > now - FailureMemory)))
            .Where(mark => mark.Value > 0);
        var perNode = state.Tasks.Values.Where(task => task.IsLive() && task.Node is not null)
            .GroupBy(task => task.Node!.Value.Value).Select(node => KeyValuePair.Create(node.Key, node.Count()));
        return new PlaceTasks(
            spec.Pool, spec.Name, state.Placement.Request,
            [.. pending.Where(task => GlobalRules.NodeFor(state, task) is null).Select(task => task.Id)],
            spec.Reservations, spec.Placement,
            [.. spec.Container.Ports.Where(port => port is { Mode: PublishMode.Host, HostPort: > 0 })],
            avoid.ToImmutableSortedDictionary(), perNode.ToImmutableSortedDictionary())
        {
            Bound = [.. BoundOf(state, pending)],
            Image = spec.Container.PinnedImage,
        };
    }
}
