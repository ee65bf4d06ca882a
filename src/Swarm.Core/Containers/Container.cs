using System.Collections.Immutable;
using Swarm.Core.Services;

namespace Swarm.Core.Containers;

/// <summary>A task's container as its node knows it. <see cref="ContainerLifecycle"/> says how it changes.</summary>
public sealed record Container
{
    public required TaskId Task { get; init; }

    /// <summary>What the service's specification says of it.</summary>
    public required TaskTemplate Template { get; init; }

    public RestartLimits Limits { get; init; } = new();

    /// <summary>What the service wants of it: Ready, Running, Shutdown or Remove; never less than before.</summary>
    public TaskState Desired { get; init; } = TaskState.Ready;

    public ContainerStatus Status { get; init; }

    /// <summary>What the service is told. Only moves forward: a restart in place does not take it back.</summary>
    public TaskState State { get; init; } = TaskState.Accepted;

    /// <summary>Why it stands where it does, for people; empty when there is nothing to say.</summary>
    public string Reason { get; init; } = "";

    public required ContainerObservation Observed { get; init; }

    /// <summary>The last start that was seen; 0 before the first.</summary>
    public int Run { get; init; }

    /// <summary>The last start whose end was seen.</summary>
    public int RunEnded { get; init; }

    /// <summary>Restarts in a row without a steady run between them.</summary>
    public int QuickRestarts { get; init; }

    /// <summary>When it was restarted in place, as far back as the policy's window reaches.</summary>
    public ImmutableArray<DateTimeOffset> RestartedAt { get; init; } = [];

    /// <summary>The check in force: its own or its image's.</summary>
    public HealthCheck? HealthCheck { get; init; }

    public ContainerHealth Health { get; init; }

    /// <summary>Failed probes in a row that count.</summary>
    public int FailedProbes { get; init; }

    /// <summary>Why its ports of the host lead nowhere; empty when they do what they should.</summary>
    public string PublishFault { get; init; } = "";

    /// <summary>Why the host cannot keep it, though it ran: it is stopped and then rejected.
    /// Empty otherwise.</summary>
    public string Refusal { get; init; } = "";

    /// <summary>Why it may not go on: its end is a failure, and it is not restarted in place. Empty: it may.</summary>
    public string Verdict { get; init; } = "";

    /// <summary>It is killed without being asked to stop.</summary>
    public bool IsToBeKilled { get; init; }

    /// <summary>It belongs to no service but to who made it: it may run again after its end, nothing of it is removed
    /// unasked, and its health is shown but decides nothing.</summary>
    public bool IsStandalone { get; init; }

    /// <summary>The stop that was asked for by hand; null where its specification says how it is stopped.</summary>
    public ContainerEvent.StopAsked? StopAsked { get; init; }

    public ContainerId Id => Observed.Id;

    /// <summary>It takes connections: neither unproven, nor about to stop. Its service hears of that
    /// only once the ports of the host lead to it.</summary>
    public bool IsServing => Status == ContainerStatus.Running;

    /// <summary>A process of it runs, as far as is known.</summary>
    public bool HasProcess => Run > RunEnded;

    /// <summary>Why the last start of a standalone container failed; empty when it did not.</summary>
    public string StartFault { get; init; } = "";

    internal bool IsStopAsked => Desired >= TaskState.Shutdown;

    internal bool HasIngress => Template.Container.Ports.Any(port => port.Mode == PublishMode.Ingress);

    /// <summary>Connections come to it by ports of the host. Without an address of its own none can.</summary>
    internal bool IsRouted => HasIngress && !Observed.Addresses.IsEmpty;

    /// <summary>A container that belongs to no service, made and not yet asked to run.</summary>
    public static Container Standalone(ContainerId id, TaskTemplate template) => new()
    {
        Task = new TaskId(id.Short),
        Template = template,
        Limits = new RestartLimits { QuickRestarts = int.MaxValue },
        IsStandalone = true,
        Observed = new ContainerObservation { Id = id },
    };

    /// <summary>What is told to the service of it.</summary>
    public TaskReport Report(DateTimeOffset at) =>
        new(Task, State, PublishFault.Length == 0 || State >= TaskState.Complete ? Reason : PublishFault, at, Observed);

    /// <summary>A task that was admitted just now.</summary>
    public static Container Admitted(TaskId task, TaskTemplate template, RestartLimits limits) => new()
    {
        Task = task,
        Template = template,
        Limits = limits,
        Observed = new ContainerObservation { Id = ContainerId.Of(task) },
    };
}
