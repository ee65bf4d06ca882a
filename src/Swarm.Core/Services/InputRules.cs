using System.Diagnostics;
using Swarm.Core.Images;

namespace Swarm.Core.Services;

/// <summary>What an input is by itself: the events that state it, or why it is refused.</summary>
internal static class InputRules
{
    public static ServiceDecision Decide(ServiceState state, ServiceInput input, DateTimeOffset now) => input switch
    {
        ServiceInput.Deploy deploy => Repeated(state, deploy.Command.Request) ?? Deploy(state, deploy, now),
        ServiceInput.Scale scale => Repeated(state, scale.Command.Request) ?? Scale(state, scale.Command, now),
        ServiceInput.Remove remove => Repeated(state, remove.Command.Request) ?? Remove(state, remove.Command, now),
        ServiceInput.RollBack back => Repeated(state, back.Command.Request) ?? RollBack(state, back.Command, now),
        ServiceInput.Move move => Repeated(state, move.Command.Request) ?? MoveRules.Decide(state, move.Command),
        ServiceInput.Run run => Repeated(state, run.Command.Request) ?? RunRules.RunNow(state, run.Command, now),
        ServiceInput.Placed placed => Happened(PlacementAnswers.Decide(state, placed.Answer, now)),
        ServiceInput.Eligible eligible => GlobalRules.Decide(state, eligible.Answer),
        ServiceInput.Reported reported => Happened(TaskReports.Decide(state, reported.Report, now)),
        ServiceInput.NodeSeen seen => Happened(See(state, seen.Seen, now)),
        ServiceInput.Resolved resolved => Happened(Pin(state, resolved.Meaning)),
        ServiceInput.CameUp => Happened(state.Exists ? new ServiceEvent.IncarnationBegun(now) : null),
        ServiceInput.Outrun => Happened(new ServiceEvent.IncarnationBegun(now)),
        ServiceInput.Woke => ServiceDecision.Nothing,
        _ => throw new UnreachableException($"no rule for {input}"),
    };

    private static ServiceDecision? Repeated(ServiceState state, RequestId request)
    {
        var kept = state.Requests.LastOrDefault(kept => kept.Request == request);
        return kept is null ? null : ServiceDecision.Nothing with { Changed = kept.Changed, Run = kept.Run };
    }

    private static ServiceDecision Deploy(ServiceState state, ServiceInput.Deploy deploy, DateTimeOffset now)
    {
        var (request, spec) = deploy.Command;
        if (SpecCheck.Problem(spec) is { } problem) return ServiceDecision.Refused(problem);
        spec = IngressPorts.Choose(state.Exists ? state.Spec : null, spec);
        if (IngressPorts.Problem(spec) is { } unpublished) return ServiceDecision.Refused(unpublished);
        if (!state.Exists) return Accepted(new ServiceEvent.SpecAccepted(deploy.NewId, spec, request, now));
        if (state.Removing) return ServiceDecision.Refused(BeingRemoved(state));
        if (Kind(state.Spec) != Kind(spec))
        {
            return ServiceDecision.Refused(
                $"service {state.Name} is {Kind(state.Spec)} and cannot become {Kind(spec)}: remove it first");
        }

        spec = SpecComparison.KeepUnsaid(state.Spec, spec);
        if (!SpecComparison.Same(state.Spec, spec))
        {
            return Accepted(new ServiceEvent.SpecAccepted(state.Id!.Value, spec, request, now));
        }

        // Asking for what was rolled back to: that is what is wanted now.
        if (state.Update.Phase == UpdatePhase.RolledBack)
        {
            return new ServiceDecision(
                [new ServiceEvent.RequestKept(request, false),
                    new ServiceEvent.UpdateMoved(UpdatePhase.None, "", now)]);
        }

        // Asking again for what an update was paused over lets it go on.
        return state.Update.Phase == UpdatePhase.Paused
            ? new ServiceDecision(
                [new ServiceEvent.RequestKept(request, true),
                    new ServiceEvent.UpdateMoved(UpdatePhase.Updating, "", now)])
            { Changed = true }
            : new ServiceDecision([new ServiceEvent.RequestKept(request, false)]);
    }

    private static ServiceDecision Scale(ServiceState state, ScaleService command, DateTimeOffset now)
    {
        if (!state.Exists) return NotFound(state);
        if (state.Removing) return ServiceDecision.Refused(BeingRemoved(state));
        if (state.Spec.Mode is not ServiceMode.Replicated replicated)
        {
            return ServiceDecision.Refused(state.Spec.IsJob()
                ? $"service {state.Name} is a job: a job is not scaled"
                : $"service {state.Name} is global: it has a task on every node that its rules allow");
        }

        if (SpecCheck.ReplicasProblem(command.Replicas) is { } problem) return ServiceDecision.Refused(problem);
        return replicated.Replicas == command.Replicas
            ? new ServiceDecision([new ServiceEvent.RequestKept(command.Request, false)])
            : Accepted(new ServiceEvent.Scaled(command.Request, command.Replicas, now));
    }

    private static ServiceDecision RollBack(ServiceState state, RollbackService command, DateTimeOffset now)
    {
        if (!state.Exists) return NotFound(state);
        if (state.Removing) return ServiceDecision.Refused(BeingRemoved(state));
        if (state.Spec.IsJob()) return ServiceDecision.Refused($"service {state.Name} is a job: it is not rolled back");
        if (state.PreviousVersion == 0)
            return ServiceDecision.Refused($"service {state.Name} has no specification before this one to go back to");
        return Accepted(new ServiceEvent.RollbackBegun("it was asked for", now) { Request = command.Request });
    }

    private static ServiceDecision Remove(ServiceState state, RemoveService command, DateTimeOffset now)
    {
        if (!state.Exists) return NotFound(state);
        return state.Removing
            ? new ServiceDecision([new ServiceEvent.RequestKept(command.Request, false)])
            : Accepted(new ServiceEvent.RemovalAsked(command.Request, now));
    }

    private static ServiceEvent.ReachabilitySeen? See(ServiceState state, NodeSeen seen, DateTimeOffset now)
    {
        if (!state.Exists) return null;
        if (seen.IsRemoved && state.Tasks.Values.All(task => task.Node != seen.Node)) return null;
        var mark = state.Nodes.GetValueOrDefault(seen.Node.Value, NodeMark.None);
        return mark.UnreachableSince is null == seen.Reachable && mark.Availability == seen.Availability
            ? null
            : new ServiceEvent.ReachabilitySeen(seen.Node, seen.Reachable, now) { Availability = seen.Availability };
    }

    private static ServiceEvent.ImagePinned? Pin(ServiceState state, ImageResolved meaning) =>
        state is { Exists: true, Removing: false } && meaning.ImageId is { } id
        && state.Spec.Container.PinnedImage is null && SameImage(state.Spec.Container.Image, meaning.Image)
            ? new ServiceEvent.ImagePinned(meaning.Image, id) : null;

    private static bool SameImage(string left, string right) =>
        left == right || (ImageReference.TryParse(left, out var one, out _)
            && ImageReference.TryParse(right, out var other, out _)
            && one == other);

    private static ServiceDecision Accepted(ServiceEvent happened) => new([happened]) { Changed = true };

    private static ServiceDecision Happened(ServiceEvent? happened) =>
        happened is null ? ServiceDecision.Nothing : new ServiceDecision([happened]);

    internal static ServiceDecision NotFound(ServiceState state) =>
        ServiceDecision.Refused($"there is no service {state.Name}") with { NotFound = true };

    internal static string BeingRemoved(ServiceState state) =>
        $"service {state.Name} is being removed: {state.Tasks.Count} of its tasks are still to be forgotten by their "
            + "nodes";

    private static string Kind(ServiceSpec spec) => spec.Mode switch
    {
        ServiceMode.Replicated => "a replicated service",
        ServiceMode.Global => "a global service",
        ServiceMode.GlobalJob => spec.IsPeriodic() ? "a periodic global job" : "a global job",
        _ when spec.IsPeriodic() => "a periodic job",
        _ => "a job",
    };
}
