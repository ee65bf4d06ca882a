using System.Collections.Immutable;
using System.Threading.Channels;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Runtime.Consoles;
using Swarm.Runtime.Controls;
using Swarm.Runtime.Events;
using Swarm.Runtime.Execs;
using Swarm.Runtime.Files;
using Swarm.Runtime.Health;
using Swarm.Runtime.Networks;
using Swarm.Runtime.Usage;
using Swarm.Runtime.Volumes;

namespace Swarm.Runtime;

/// <summary>The containers of this host. The node actor drives it; the Docker API shows it.</summary>
/// <remarks>
/// Containers outlive the process that made them: a new engine over the same roots finds them as they are.
/// Everything may be asked again: what is so already is not done twice.
/// </remarks>
public interface IContainerEngine : IAsyncDisposable
{
    /// <summary>Every container that ended, once each while this engine lives, whoever started it and when.</summary>
    /// <remarks>Containers that ended while no engine was there come first, after <see cref="OpenAsync"/>.</remarks>
    ChannelReader<ContainerExit> Exits { get; }

    /// <summary>What happens to the containers, for those who watch.</summary>
    EventLog Events { get; }

    /// <summary>What probes of the containers found, for those who look.</summary>
    HealthLog Health { get; }

    /// <summary>Finds what earlier engines left, adopts what runs, and frees what belongs to no container.</summary>
    Task OpenAsync(CancellationToken cancellation);

    ImmutableArray<ContainerState> List();

    ContainerState? Find(ContainerId id);

    /// <summary>Makes root file system, networks, volumes and process, all but running: what
    /// is slow or may fail.</summary>
    /// <exception cref="ContainerException">What could not be had, in words for the user.</exception>
    Task<ContainerState> CreateAsync(ContainerDefinition definition, CancellationToken cancellation);

    /// <summary>Keeps a container and makes its root file system; what else it needs is made when it is
    /// started.</summary>
    /// <exception cref="ContainerException">No such image, a name that is taken, or what cannot be.</exception>
    Task<ContainerState> DefineAsync(ContainerDefinition definition, CancellationToken cancellation);

    /// <summary>Starts a created container, or one that has ended once more with the same writable layer.</summary>
    Task<ContainerState> StartAsync(ContainerId id, CancellationToken cancellation);

    /// <summary>Sends a signal to the container's first process; does nothing when it has ended.</summary>
    /// <param name="signal">Number, as in signal(7).</param>
    /// <exception cref="ContainerException">There is no such container.</exception>
    /// <exception cref="IOException">The host refused it.</exception>
    void Signal(ContainerId id, int signal);

    /// <summary>The signal that asks the container to stop: its own, its image's, or SIGTERM, as of one that there is
    /// not.</summary>
    int StopSignalOf(ContainerId id);

    /// <summary>Kills it if it runs, and removes everything of it but its volumes; those without a name go with it,
    /// where nobody else has them, unless the definition says that they stay.</summary>
    Task RemoveAsync(ContainerId id, CancellationToken cancellation);

    /// <summary>Runs a command in the container, as its own user and with its limits, and waits for it. Output beyond
    /// 4 KiB is dropped.</summary>
    Task<CommandResult> RunCommandAsync(
        ContainerId id, ImmutableArray<string> arguments, TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Opens the log to be read page by page. What is in it can be read until the reader is disposed of, also
    /// when the container is removed meanwhile.</summary>
    /// <exception cref="ContainerException">No such container.</exception>
    IContainerLog OpenLog(ContainerId id);

    /// <summary>Sets where each ingress port of this host leads. The whole table; what is not
    /// in it is closed.</summary>
    /// <exception cref="ContainerException">A port of the host is taken by another program:
    /// named; the others are set.</exception>
    Task SetIngressAsync(ImmutableArray<IngressRoute> routes, CancellationToken cancellation);

    /// <summary>What goes in and out of containers.</summary>
    IContainerConsoles Consoles { get; }

    /// <summary>Programs run in containers beside their own.</summary>
    IContainerExecs Execs { get; }

    /// <summary>Lets containers of a lease go on until then; past it they are killed, also without this engine.
    /// </summary>
    /// <param name="until">Since the boot of the host, by the clock that the engine was given.</param>
    /// <returns>Whether it is kept where they are killed from; else the lease is as before.</returns>
    bool ExtendLease(string lease, TimeSpan until);

    /// <summary>Until when a lease holds, be it that an engine before this one was told so; null when there is
    /// none.</summary>
    TimeSpan? FindLease(string lease);

    /// <summary>Nothing runs by this lease any more.</summary>
    void ForgetLease(string lease);

    /// <summary>Pausing, limits, names.</summary>
    IContainerControls Controls { get; }

    /// <summary>The networks of this host, and which containers are in them.</summary>
    IContainerNetworks Networks { get; }

    /// <summary>Files, changes and images of containers.</summary>
    IContainerFiles Files { get; }

    /// <summary>What containers use, and what runs in them.</summary>
    IContainerUsage Usage { get; }

    /// <summary>Where containers keep what outlives them.</summary>
    IVolumes Volumes { get; }

    /// <summary>Images that containers of this host use.</summary>
    IReadOnlySet<Digest> ImagesInUse { get; }
}

/// <param name="Id">Chosen by the caller.</param>
/// <param name="Name">Unique on this host.</param>
public sealed record ContainerDefinition(ContainerId Id, string Name, ContainerSpec Spec)
{
    /// <summary>The lease by which it runs: <see cref="IContainerEngine.ExtendLease"/>. Null: it needs none.</summary>
    public string? Lease { get; init; }

    /// <summary>Whether its volumes without a name stay when it is removed.</summary>
    public bool KeepsVolumes { get; init; }

    /// <summary>Whether it is gone when the host is started again, as one that removes itself at its end: then nothing
    /// that is known of it is brought to the disk.</summary>
    public bool IsPassing { get; init; }

    /// <summary>Names that it has in each of its networks beside its own, and others have, too: those of its
    /// service.</summary>
    public ImmutableArray<string> SharedNames { get; init; } = [];
}

public enum ContainerPhase
{
    Created,
    Running,
    Ended,
}

/// <summary>A container as the engine sees it now.</summary>
public sealed record ContainerState(ContainerDefinition Definition, ContainerPhase Phase)
{
    public ContainerId Id => Definition.Id;

    public Digest ImageId { get; init; }

    /// <summary>Whether its processes stand still while it runs.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The host's pid of the first process; 0 unless it runs.</summary>
    public int Pid { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How often it was started: 0 before the first start.
    /// <see cref="ContainerExit.Run"/> says which one ended.</summary>
    public int Run { get; init; }

    /// <summary>How it ended; null while it runs again.</summary>
    public ContainerExit? Exit { get; init; }

    /// <summary>Whether the kernel killed one of its processes for want of memory, in this run or the last.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>When it ended last, also while it runs again; null before its first end.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public ImmutableArray<NetworkEndpoint> Endpoints { get; init; } = [];

    /// <summary>Host-mode ports, with the host port that was chosen.</summary>
    public ImmutableArray<PublishedPort> Ports { get; init; } = [];

    /// <summary>The check to run: the container's own, or its image's.</summary>
    public HealthCheck? HealthCheck { get; init; }

    /// <summary>What is mounted in it beyond its root, in the order of mounting.</summary>
    public ImmutableArray<ContainerMount> Mounts { get; init; } = [];
}

/// <param name="ExitCode">128 + signal for a killed one; -1 when it could not be learnt.</param>
/// <param name="Run">Which start of the container it ends: 1 for the first.</param>
public sealed record ContainerExit(ContainerId Id, int Run, int ExitCode, bool OutOfMemory, DateTimeOffset At);

/// <param name="Network">Name of the network.</param>
/// <param name="Gateway">Empty where the network leads nowhere.</param>
public sealed record NetworkEndpoint(
    string Network, string Address, int PrefixLength, string Gateway, string MacAddress)
{
    /// <summary>Of this joining: 64 hexadecimal digits.</summary>
    public string Id { get; init; } = "";

    public string NetworkId { get; init; } = "";

    /// <summary>Name of the container's device, as <c>eth0</c>.</summary>
    public string Device { get; init; } = "";

    /// <summary>The one with the highest is the way out.</summary>
    public int GatewayPriority { get; init; }
}

/// <param name="Output">Both streams, as they came.</param>
public sealed record CommandResult(int ExitCode, string Output, bool TimedOut);

/// <summary>A container's log, open to be read.</summary>
public interface IContainerLog : IDisposable
{
    /// <summary>Reads from a position on.</summary>
    /// <param name="position">From the page before; null starts at the first line, or at the last
    /// <paramref name="tail"/> ones.</param>
    /// <param name="maxBytes">About how many bytes of text a page has at most.</param>
    Task<LogPage> ReadAsync(string? position, int? tail, int maxBytes, CancellationToken cancellation);
}

/// <param name="Position">To be given for the next page.</param>
public sealed record LogPage(ImmutableArray<LogEntry> Entries, string Position, bool More);

/// <param name="IsWhole">Its line ended with it; else the container has written no end of it yet, and what comes next
/// of the same stream may go on with it.</param>
public sealed record LogEntry(DateTimeOffset At, bool IsError, string Text, bool IsWhole = true);

/// <param name="Backends">Addresses on this host's bridges; none means: keep the port, refuse connections.</param>
public sealed record IngressRoute(int HostPort, PortProtocol Protocol, ImmutableArray<IngressBackend> Backends);

public sealed record IngressBackend(string Address, int Port);

public enum ContainerFault
{
    /// <summary>No container of that id or name.</summary>
    NotFound,

    /// <summary>A container of that name exists.</summary>
    Conflict,

    /// <summary>The image is not on this host.</summary>
    ImageNotFound,

    /// <summary>The specification asks for what cannot be: a missing program, user, device, path.</summary>
    Invalid,

    /// <summary>What it is doing forbids it: it is not running, or paused, or running already.</summary>
    WrongPhase,

    /// <summary>It may be looked at, and not be written to.</summary>
    ReadOnly,

    /// <summary>The host could not: out of disk, of addresses, of ports; a kernel refusal.</summary>
    Host,

    /// <summary>Nobody may do it: to what is always there, to what is in use.</summary>
    Forbidden,

    /// <summary>It makes sense, and cannot be done here.</summary>
    Unsupported,
}

/// <summary>Why a container could not be made, started or reached, in words for its user.</summary>
public sealed class ContainerException(ContainerFault fault, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public ContainerFault Fault { get; } = fault;

    /// <summary>In Docker's words, by which clients know it.</summary>
    public static ContainerException NameTaken(string name, ContainerId holder) => new(
        ContainerFault.Conflict,
        $"Conflict. The container name \"/{name}\" is already in use by container \"{holder.Value}\". "
        + "You have to remove (or rename) that container to be able to reuse that name.");
}
