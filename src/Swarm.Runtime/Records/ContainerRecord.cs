using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Linux.Processes;
using Swarm.Linux.Users;
using Swarm.Runtime.Volumes;

namespace Swarm.Runtime.Records;

/// <summary>What is known of a container, as it is kept on disk.</summary>
internal sealed record ContainerRecord
{
    public required ContainerDefinition Definition { get; init; }

    public required Digest ImageId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What its users and groups are on the host, for all its life; null: the same.</summary>
    public IdMap? Users { get; init; }

    public ContainerPhase Phase { get; init; }

    /// <summary>While it runs: its processes stand still.</summary>
    public bool IsPaused { get; init; }

    /// <summary>While it is paused: only as long as the engine works on its files, so one that comes after a crash lets
    /// it go on.</summary>
    public bool IsPausedForWork { get; init; }

    public int Run { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public ContainerExit? Exit { get; init; }

    /// <summary>Processes that the kernel killed for want of memory in this run, as far as it was told before the end.
    /// </summary>
    public long KilledForMemory { get; init; }

    /// <summary>While it runs again: when it ended before.</summary>
    public DateTimeOffset? EndedBefore { get; init; }

    public ImmutableArray<NetworkEndpoint> Endpoints { get; init; } = [];

    public ImmutableArray<PublishedPort> Ports { get; init; } = [];

    public HealthCheck? HealthCheck { get; init; }

    public int StopSignal { get; init; }

    /// <summary>What is mounted in it; null until that is settled.</summary>
    public ImmutableArray<ContainerMount>? Mounts { get; init; }

    /// <summary>The boot of the host in which the processes below were started.</summary>
    public string BootId { get; init; } = "";

    /// <summary>The container's first process.</summary>
    public ProcessIdentity First { get; init; }

    /// <summary>The conmon that waits for it.</summary>
    public ProcessIdentity Monitor { get; init; }

    public ContainerId Id => Definition.Id;

    public ContainerState ToState() => new(Definition, Phase)
    {
        ImageId = ImageId,
        IsPaused = IsPaused,
        Pid = Phase == ContainerPhase.Running ? First.Pid : 0,
        CreatedAt = CreatedAt,
        StartedAt = StartedAt,
        Run = Run,
        Exit = Exit,
        OutOfMemory = KilledForMemory > 0 || Exit is { OutOfMemory: true },
        EndedAt = Exit?.At ?? EndedBefore,
        Endpoints = Endpoints,
        Ports = Ports,
        HealthCheck = HealthCheck,
        Mounts = Mounts ?? [],
    };
}
