using System.Collections.Immutable;
using Swarm.Core.Services;

namespace Swarm.Core.Containers;

/// <summary>What happens to a task's container.</summary>
public abstract record ContainerEvent
{
    private ContainerEvent()
    {
    }

    /// <summary>The engine was asked for it, before anything else. Null: there is no such container.</summary>
    public sealed record Looked(ContainerSighting? Found) : ContainerEvent;

    /// <summary>The service wants this of it.</summary>
    public sealed record Ordered(TaskState Desired) : ContainerEvent;

    /// <summary>A standalone container is to run, once more where it has ended.</summary>
    public sealed record StartAsked : ContainerEvent;

    /// <summary>A standalone container is to end, and not to be restarted.</summary>
    /// <param name="Grace">Before it is killed; negative waits for ever.</param>
    /// <param name="Signal">Sent first; 0 is its own stop signal.</param>
    public sealed record StopAsked(TimeSpan Grace, int Signal = 0) : ContainerEvent;

    /// <summary>From now on it is restarted by this policy.</summary>
    public sealed record RestartsChanged(RestartPolicy Policy) : ContainerEvent;

    public sealed record Prepared(ContainerSighting Found) : ContainerEvent;

    public sealed record PrepareFailed(string Reason) : ContainerEvent;

    public sealed record Started(ContainerSighting Found) : ContainerEvent;

    /// <param name="IsTransient">The host could not, for now; false when the specification
    /// asks for what cannot be.</param>
    public sealed record StartFailed(string Reason, bool IsTransient) : ContainerEvent;

    public sealed record Exited(ContainerEnd End) : ContainerEvent;

    /// <summary>No new connection reaches it any more, or waiting for that took too long.</summary>
    public sealed record Drained : ContainerEvent;

    public sealed record GraceEnded : ContainerEvent;

    /// <summary>It may not go on: it is stopped, and that counts as a failure.</summary>
    /// <param name="AtOnce">Killed, without being asked to stop.</param>
    public sealed record Condemned(string Reason, bool AtOnce) : ContainerEvent;

    /// <summary>This start of it has run for as long as its task may.</summary>
    public sealed record TimeEnded(int Run) : ContainerEvent;

    public sealed record BackOffEnded : ContainerEvent;

    /// <param name="Run">The start that the probe belongs to.</param>
    public sealed record ProbeDue(int Run) : ContainerEvent;

    /// <param name="Output">What the probe printed, or why it could not be run.</param>
    public sealed record Probed(int Run, bool IsHealthy, string Output) : ContainerEvent;

    /// <summary>Its ports were set on the host; with a reason, some of them could not be.</summary>
    public sealed record Published(string Fault) : ContainerEvent;

    /// <summary>Its ports should lead to it by now.</summary>
    /// <param name="Run">The start that was waited for.</param>
    public sealed record PublishOverdue(int Run) : ContainerEvent;

    public sealed record Removed : ContainerEvent;

    public sealed record RemoveFailed(string Reason) : ContainerEvent;

    public sealed record RemoveDue : ContainerEvent;
}

/// <summary>A container as the engine sees it.</summary>
/// <param name="Run">Starts so far; 0 for one that was only made.</param>
/// <param name="End">The end of the last start; null while it runs or before it ran.</param>
public sealed record ContainerSighting(int Run, ContainerEnd? End)
{
    public DateTimeOffset? StartedAt { get; init; }

    public HealthCheck? HealthCheck { get; init; }

    public ImmutableArray<string> Addresses { get; init; } = [];

    public ImmutableArray<PublishedPort> Ports { get; init; } = [];

    public bool IsRunning => Run > 0 && End is null;
}

/// <summary>How one start of a container ended.</summary>
/// <param name="ExitCode">128 + signal for one that was killed; -1 when it could not be learnt.</param>
public sealed record ContainerEnd(int Run, int ExitCode, bool OutOfMemory, DateTimeOffset At);
