using System.Collections.Immutable;

namespace Swarm.Core.Services;

/// <summary>How another specification comes into force, and what becomes of the tasks of the one before.</summary>
internal static class SpecRules
{
    public static ServiceState Accept(ServiceState state, ServiceEvent.SpecAccepted accepted)
    {
        if (state.Id == accepted.Id && !state.Removing) return Change(state, accepted.Spec, accepted.At);

        return ServiceState.Empty(state.Name) with
        {
            Id = accepted.Id,
            Version = 1,
            Specs = ImmutableSortedDictionary<long, ServiceSpec>.Empty.Add(1, accepted.Spec),
            Requests = state.Requests,
            LongestLease = Longer(state.LongestLease, accepted.Spec.LeaseFor),
            CreatedAt = accepted.At,
            UpdatedAt = accepted.At,
            Runs = RunRules.Change(new RunHistory(), null, accepted.Spec, accepted.At),
        };
    }

    /// <summary>Scaling leaves an update that is under way as it is, and outlives a rollback.</summary>
    public static ServiceState Scale(ServiceState state, ServiceEvent.Scaled scaled)
    {
        var mode = new ServiceMode.Replicated(scaled.Replicas);
        var next = PutInForce(state, state.Spec with { Mode = mode }, scaled.At);
        return next.Specs.TryGetValue(next.PreviousVersion, out var previous)
            ? next with { Specs = next.Specs.SetItem(next.PreviousVersion, previous with { Mode = mode }) }
            : next;
    }

    public static ServiceState Pin(ServiceState state, ServiceEvent.ImagePinned pinned) => state with
    {
        Specs = state.Specs.SetItem(
            state.Version, state.Spec with { Container = state.Spec.Container with { PinnedImage = pinned.ImageId } }),
    };

    public static ServiceState RollBack(ServiceState state, ServiceEvent.RollbackBegun begun)
    {
        var previous = state.Specs[state.PreviousVersion];
        var next = DropPending(PutInForce(state, previous, begun.At)) with { PreviousVersion = 0 };
        return Refill(next) with
        {
            Update =
                new UpdateProgress { Phase = UpdatePhase.RollingBack, Reason = begun.Reason, StartedAt = begun.At },
        };
    }

    private static ServiceState Change(ServiceState state, ServiceSpec spec, DateTimeOffset at)
    {
        var old = state.Spec;
        var next = PutInForce(state, spec, at);

        // What is under way of a periodic job goes on as it began; what is tried again of it is as the new one says.
        if (spec.IsPeriodic()) return DropPending(next) with { Runs = RunRules.Change(state.Runs, old, spec, at) };
        if (SpecComparison.SameTasks(old, spec))
        {
            // What was rolled back to is now what is asked for.
            if (next.Update.Phase == UpdatePhase.RolledBack) next = next with { Update = new UpdateProgress() };

            // A job that has ended is not run again by a label; a service that gave up is tried again by any change.
            return spec.IsJob() ? next : Refill(next);
        }

        next = Refill(DropPending(next));
        if (spec.IsJob()) return StopAll(next);

        // What a failed update goes back to is the last specification that was not itself just being rolled out.
        var settled = state.PreviousVersion != 0 && state.Update.Phase is UpdatePhase.Updating or UpdatePhase.Paused
            ? state.PreviousVersion : state.Version;
        var replaces = next.Tasks.Values.Any(task => task.IsLive() && task.SpecVersion != next.Version);
        return next with
        {
            PreviousVersion = settled,
            Update = new UpdateProgress
            {
                Phase = replaces ? UpdatePhase.Updating : UpdatePhase.None,
                StartedAt = at,
            },
        };
    }

    /// <summary>Makes a specification the one in force. Tasks that could as well have been
    /// made from it count as made from it.</summary>
    private static ServiceState PutInForce(ServiceState state, ServiceSpec spec, DateTimeOffset at)
    {
        var version = state.Version + 1;
        var adopted =
            state.Specs.Where(old => SpecComparison.SameTasks(old.Value, spec)).Select(old => old.Key).ToHashSet();
        var tasks = state.Tasks.ToBuilder();
        foreach (var (number, task) in state.Tasks)
        {
            if (adopted.Contains(task.SpecVersion)) tasks[number] = task with { SpecVersion = version };
        }

        var needed = tasks.Values
            .Select(task => task.SpecVersion)
            .Append(state.Version)
            .Append(state.PreviousVersion)
            .ToHashSet();
        return state with
        {
            Version = version,
            Specs = state.Specs.RemoveRange(state.Specs.Keys.Where(old => !needed.Contains(old))).Add(version, spec),
            Tasks = tasks.ToImmutable(),
            UpdatedAt = at,
            LongestLease = Longer(state.LongestLease, spec.LeaseFor),
        };
    }

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private static ServiceState Refill(ServiceState state) => state with
    {
        Slots = state.Slots.SetItems(state.Slots.Select(slot => KeyValuePair.Create(
            slot.Key, Slot.Fresh with { Node = slot.Value.Node, Run = slot.Value.Run }))),
    };

    /// <summary>Tasks of another specification that have no place yet are not worth one.</summary>
    private static ServiceState DropPending(ServiceState state) => state with
    {
        Tasks = state.Tasks.RemoveRange(state.Tasks
            .Where(task => task.Value.IsPending() && task.Value.SpecVersion != state.Version).Select(task => task.Key)),
        Placement = state.Placement with { Request = state.Placement.Request + 1, RetryAt = null },
    };

    private static ServiceState StopAll(ServiceState state) => state with
    {
        Tasks = state.Tasks.SetItems(state.Tasks
            .Where(task => task.Value.IsLive() && task.Value.SpecVersion != state.Version)
            .Select(task => KeyValuePair.Create(task.Key, task.Value with { Desired = TaskState.Shutdown }))),
    };
}
