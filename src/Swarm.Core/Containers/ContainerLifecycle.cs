using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerEffect;
using static Swarm.Core.Containers.ContainerStatus;

namespace Swarm.Core.Containers;

/// <summary>The life of a task's container: what each event leads to, and what the node does about it.</summary>
/// <remarks>Pure. Drawn in docs/container-lifecycle.md.</remarks>
public static class ContainerLifecycle
{
    /// <summary>Between one kill and the next, of a container whose end is not seen.</summary>
    internal static readonly TimeSpan KillAgainAfter = TimeSpan.FromSeconds(10);

    internal static readonly TimeSpan RemoveAgainAfter = TimeSpan.FromSeconds(5);

    /// <summary>How long a container that serves may wait for its ports, which the node tries to have every
    /// 5 s.</summary>
    internal static readonly TimeSpan PublishAtMost = TimeSpan.FromSeconds(12);

    /// <summary>Applies one event.</summary>
    public static ContainerStep Step(Container container, ContainerEvent happened, DateTimeOffset now) =>
        (container.Status, happened) switch
        {
            (Admitted, ContainerEvent.Looked looked) =>
                ContainerVerdicts.Time(Look(container, looked.Found, now), now),
            (_, ContainerEvent.Condemned condemned) => ContainerVerdicts.Condemn(container, condemned),
            (_, ContainerEvent.TimeEnded ended) => ContainerVerdicts.EndTime(container, ended.Run),
            (_, ContainerEvent.StartAsked) => StandaloneRules.Start(container),
            (_, ContainerEvent.StopAsked asked) => StandaloneRules.Stop(container, asked),
            (_, ContainerEvent.RestartsChanged changed) => ContainerStep.To(
                container with { Template = container.Template with { Restart = changed.Policy } }),
            (_, ContainerEvent.Ordered ordered) => Order(container, ordered.Desired),
            (_, ContainerEvent.Exited exited) when exited.End.Run > container.RunEnded =>
                Exit(container, exited.End, now),

            (Preparing, ContainerEvent.Prepared made) => BeReady(container, made.Found),
            (Preparing, ContainerEvent.PrepareFailed no) => End(container, TaskState.Rejected, no.Reason),
            (Stopping, ContainerEvent.Prepared or ContainerEvent.PrepareFailed) when !container.HasProcess =>
                End(container, TaskState.Shutdown, ""),

            (Starting, ContainerEvent.Started started) when started.Found.Run > container.RunEnded =>
                ContainerVerdicts.Time(BeStarted(container, started.Found, now), now),
            (Starting, ContainerEvent.StartFailed no) when !container.HasProcess =>
                ContainerRestarts.AfterFailedStart(container, no, now),
            (Stopping, ContainerEvent.Started started) when started.Found.Run > container.RunEnded =>
                Terminate(Sighted(container, started.Found)),
            (Stopping, ContainerEvent.StartFailed) when !container.HasProcess => End(container, TaskState.Shutdown, ""),
            (BackingOff, ContainerEvent.BackOffEnded) => Start(container),

            (Starting or Running, ContainerEvent.ProbeDue due) when due.Run == container.Run && container.HasProcess =>
                ContainerProbes.Probe(container),
            (Starting or Running, ContainerEvent.Probed probed) when probed.Run == container.Run
                && container.HasProcess =>
                ContainerProbes.Judge(container, probed, now),

            (Draining, ContainerEvent.Drained) => Terminate(container),
            (Stopping, ContainerEvent.GraceEnded) when container.HasProcess =>
                ContainerStep.To(container, new KillContainer(KillAgainAfter)),

            (_, ContainerEvent.Published published) => ContainerPorts.Publish(container, published.Fault),
            (Running, ContainerEvent.PublishOverdue due) when due.Run == container.Run =>
                ContainerPorts.GiveUp(container),

            (Removing, ContainerEvent.Removed) =>
                ContainerStep.To(container with { Status = Removed, State = TaskState.Remove }),
            (Removing, ContainerEvent.RemoveFailed no) =>
                ContainerStep.To(container with { Reason = no.Reason }, new WaitToRemove(RemoveAgainAfter)),
            (Ended, ContainerEvent.RemoveFailed) => ContainerStep.To(container, new WaitToRemove(RemoveAgainAfter)),
            (Ended or Removing, ContainerEvent.RemoveDue) => ContainerStep.To(container, new RemoveContainer()),

            // Everything else is a duplicate or comes too late, which is ordinary in a cluster.
            _ => ContainerStep.To(container),
        };

    /// <summary>It ends, or is removed at once where nobody wants its remains.</summary>
    internal static ContainerStep End(Container container, TaskState state, string reason)
    {
        if (container is { Verdict: { Length: > 0 } verdict, IsStopAsked: false })
            (state, reason) = (TaskState.Failed, verdict);
        var ended = container with
        {
            Status = Ended,
            State = Later(container.State, state),
            Reason = reason,
            Observed = container.Observed with { Addresses = [] },
        };
        if (ended.Desired == TaskState.Remove) return Remove(ended);

        // Made for a task and never started: there is nothing to look at, and it holds an address and ports.
        var isUnused = !container.IsStandalone
            && container is { Run: 0, Status: Ready or BackingOff or Starting or Stopping };
        return isUnused ? ContainerStep.To(ended, new RemoveContainer()) : ContainerStep.To(ended);
    }

    /// <summary>Stops a container that has a process: first the routes, then the signal, then the kill.</summary>
    internal static ContainerStep Stop(Container container) =>
        container is { Status: Running, HasIngress: true, IsToBeKilled: false }
            ? ContainerStep.To(container with { Status = Draining }, new DrainContainer())
            : Terminate(container);

    internal static TaskState Later(TaskState left, TaskState right) => left > right ? left : right;

    private static ContainerStep Look(Container container, ContainerSighting? found, DateTimeOffset now)
    {
        var isOver = container.State >= TaskState.Complete;
        return found switch
        {
            null when isOver => End(container, container.State, container.Reason),
            null when container.IsStopAsked => End(container, TaskState.Shutdown, ""),
            null when container.State > TaskState.Preparing =>
                End(container, TaskState.Failed, "its container is gone from the host"),
            null => ContainerStep.To(
                container with { Status = Preparing, State = Later(container.State, TaskState.Preparing) },
                new PrepareContainer()),
            { IsRunning: true } when isOver || container.IsStopAsked => Terminate(Sighted(container, found)),
            { IsRunning: true } => Adopt(Sighted(container, found), now),
            _ when isOver => End(
                container with { Status = Ready, Run = found.Run, RunEnded = found.Run },
                container.State, container.Reason),
            // This end was seen, and is not the last: so a restart was decided.
            { End: { } end } when container.Observed.FinishedAt == end.At && !container.IsStopAsked =>
                ContainerRestarts.Resume(Sighted(container, found)),
            { End: { } end } =>
                Exit(Sighted(container, found) with { Status = Starting, RunEnded = end.Run - 1 }, end, now),
            _ when container.IsStopAsked => End(container with { Status = Ready }, TaskState.Shutdown, ""),
            _ => BeReady(container, found),
        };
    }

    /// <summary>A running container of an earlier process of this node: it goes on as it is.</summary>
    private static ContainerStep Adopt(Container container, DateTimeOffset now)
    {
        var isProven = container.State >= TaskState.Running || container.HealthCheck is null;
        var adopted = container with
        {
            Status = Starting,
            State = Later(container.State, TaskState.Starting),
            Health = container.HealthCheck is null ? ContainerHealth.Unchecked
                : isProven ? ContainerHealth.Healthy : ContainerHealth.Unproven,
        };
        var serving = isProven ? ContainerPorts.Serve(adopted) : ContainerStep.To(adopted);
        var probed = ContainerProbes.Begin(serving.Next, now);
        return new ContainerStep(probed.Next, [.. serving.Effects, .. probed.Effects]);
    }

    private static ContainerStep Order(Container container, TaskState desired)
    {
        if (desired <= container.Desired) return ContainerStep.To(container);

        var ordered = container with { Desired = desired };
        return container.Status switch
        {
            Ready when desired == TaskState.Running => Start(ordered),
            Ready or BackingOff when ordered.IsStopAsked => End(ordered, TaskState.Shutdown, ""),
            Preparing when ordered.IsStopAsked =>
                ContainerStep.To(ordered with { Status = Stopping }, new AbandonPreparing()),
            Starting when ordered is { IsStopAsked: true, HasProcess: false } =>
                ContainerStep.To(ordered with { Status = Stopping }),
            Starting or Running when ordered.IsStopAsked => Stop(ordered),
            Ended when desired == TaskState.Remove => Remove(ordered),
            _ => ContainerStep.To(ordered),
        };
    }

    private static ContainerStep BeReady(Container container, ContainerSighting found)
    {
        var ready = Sighted(container, found) with { Status = Ready, State = Later(container.State, TaskState.Ready) };
        return ready.Desired >= TaskState.Running ? Start(ready) : ContainerStep.To(ready);
    }

    internal static ContainerStep Start(Container container) => ContainerStep.To(
        container with
        {
            Status = Starting,
            State = Later(container.State, TaskState.Starting),
            Reason = "",
            Health = container.HealthCheck is null ? ContainerHealth.Unchecked : ContainerHealth.Unproven,
            FailedProbes = 0,
            Observed = container.Observed with { StartedAt = null },
        },
        new StartContainer());

    private static ContainerStep BeStarted(Container container, ContainerSighting found, DateTimeOffset now)
    {
        var started = Sighted(container, found);
        return started.HealthCheck is null
            ? ContainerPorts.Serve(started with { Reason = "" })
            : ContainerProbes.Begin(started with { Health = ContainerHealth.Unproven }, now);
    }

    private static ContainerStep Exit(Container container, ContainerEnd end, DateTimeOffset now)
    {
        var ended = container with
        {
            Run = Math.Max(container.Run, end.Run),
            RunEnded = end.Run,
            Observed =
                container.Observed with { ExitCode = end.ExitCode, OutOfMemory = end.OutOfMemory, FinishedAt = end.At },
        };
        return container.Status switch
        {
            Draining or Stopping when ended.State >= TaskState.Complete => End(ended, ended.State, ended.Reason),
            Starting or Running or Draining or Stopping when ended.IsStopAsked => End(ended, TaskState.Shutdown, ""),
            Running or Draining or Stopping when ended.Refusal.Length > 0 =>
                End(ended, TaskState.Rejected, ended.Refusal),
            Starting or Running or Draining or Stopping when ended.Verdict.Length > 0 =>
                End(ended, TaskState.Failed, ended.Verdict),
            Starting or Running or Draining or Stopping => ContainerRestarts.AfterExit(ended, end, now),
            _ => ContainerStep.To(container),
        };
    }

    internal static ContainerStep Terminate(Container container) => ContainerStep.To(
        container with { Status = Stopping },
        (container.IsToBeKilled, container.StopAsked) switch
        {
            (true, _) => new KillContainer(KillAgainAfter),
            (_, { } asked) => new TerminateContainer(asked.Grace, asked.Signal),
            _ => new TerminateContainer(container.Template.Container.StopGrace),
        });

    private static ContainerStep Remove(Container container) =>
        ContainerStep.To(container with { Status = Removing }, new RemoveContainer());

    private static Container Sighted(Container container, ContainerSighting found) => container with
    {
        Run = found.Run,
        RunEnded = found.IsRunning ? found.Run - 1 : found.Run,
        HealthCheck = found.HealthCheck is { IsDisabled: false, Test.Length: > 0 } check ? check : null,
        Observed = container.Observed with
        {
            StartedAt = found.StartedAt ?? container.Observed.StartedAt,
            ExitCode = found.End?.ExitCode,
            OutOfMemory = found.End?.OutOfMemory ?? false,
            FinishedAt = found.End?.At,
            Addresses = found.Addresses,
            Ports = found.Ports,
        },
    };
}
