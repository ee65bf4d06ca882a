using System.Collections.Immutable;
using Nerdbank.MessagePack;
using Swarm.Core.Images;

namespace Swarm.Core.Containers;

/// <summary>What a container shall be. Null or empty means: as the image says, or the default.</summary>
public sealed record ContainerSpec
{
    /// <summary>The image as the user named it.</summary>
    [Key(0)] public required string Image { get; init; }

    /// <summary>The image id (digest of its configuration) that <see cref="Image"/> meant when
    /// the service was accepted.</summary>
    [Key(1)] public Digest? PinnedImage { get; init; }

    /// <summary>Replaces the image's entrypoint (and, as in Docker, drops the image's command).</summary>
    [Key(2)] public ImmutableArray<string>? Entrypoint { get; init; }

    [Key(3)] public ImmutableArray<string>? Command { get; init; }

    /// <summary>Entries <c>NAME=value</c>, over those of the image.</summary>
    [Key(4)] public ImmutableArray<string> Environment { get; init; } = [];

    [Key(5)] public string? WorkingDirectory { get; init; }

    /// <summary><c>user[:group]</c>, by name or number, looked up in the container's own files.</summary>
    [Key(6)] public string? User { get; init; }

    [Key(7)] public string? Hostname { get; init; }

    [Key(8)]
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    [Key(9)] public ImmutableArray<MountSpec> Mounts { get; init; } = [];

    [Key(10)] public NetworkMode NetworkMode { get; init; } = NetworkMode.Bridge;

    /// <summary>Names of bridge networks to join; empty joins the default one.</summary>
    [Key(11)] public ImmutableArray<string> Networks { get; init; } = [];

    [Key(12)] public ImmutableArray<PublishedPort> Ports { get; init; } = [];

    [Key(13)] public ResourceLimits Limits { get; init; } = ResourceLimits.None;

    [Key(14)] public HealthCheck? HealthCheck { get; init; }

    /// <summary>A signal by name or number; null means the image's, else SIGTERM.</summary>
    [Key(15)] public string? StopSignal { get; init; }

    /// <summary>How long the container may take to stop before it is killed.</summary>
    [Key(16)] public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    [Key(17)] public ImmutableArray<string> AddCapabilities { get; init; } = [];

    [Key(18)] public ImmutableArray<string> DropCapabilities { get; init; } = [];

    [Key(19)] public bool ReadOnlyRoot { get; init; }

    [Key(20)] public bool Privileged { get; init; }

    [Key(21)] public bool NoNewPrivileges { get; init; }

    [Key(22)] public bool Tty { get; init; }

    [Key(23)] public bool OpenStdin { get; init; }

    [Key(24)] public ImmutableArray<string> ExtraHosts { get; init; } = [];

    [Key(25)] public ImmutableArray<string> DnsServers { get; init; } = [];

    [Key(26)]
    public ImmutableSortedDictionary<string, string> Sysctls { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Size of /dev/shm; zero means 64 MiB.</summary>
    [Key(27)] public Bytes ShmSize { get; init; }

    /// <summary>Whether its input ends when the first who is attached to it does. Needs
    /// <see cref="OpenStdin"/>; says nothing where there is a terminal.</summary>
    [Key(28)] public bool StdinOnce { get; init; }

    /// <summary>What a process of it may use at most; what is not named is as the daemon's own.</summary>
    [Key(29)] public ImmutableArray<Ulimit> Ulimits { get; init; } = [];

    /// <summary>Whether an init program of the host runs its own and waits for processes that nobody waits for.
    /// </summary>
    [Key(30)] public bool Init { get; init; }

    /// <summary>More groups of its user, by name or number.</summary>
    [Key(31)] public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>Replaces the host's search domains; a dot alone means none.</summary>
    [Key(32)] public ImmutableArray<string> DnsSearch { get; init; } = [];

    /// <summary>Replaces the host's options of resolv.conf.</summary>
    [Key(33)] public ImmutableArray<string> DnsOptions { get; init; } = [];

    /// <summary>From -1000 (never killed for want of memory) to 1000.</summary>
    [Key(34)] public int OutOfMemoryScore { get; init; }

    [Key(35)] public ImmutableArray<DeviceSpec> Devices { get; init; } = [];

    [Key(36)] public SharedNamespaces Shared { get; init; } = SharedNamespaces.None;

    /// <summary>The system call filter: <c>unconfined</c>, or the text of a profile in Docker's format.</summary>
    [Key(37)] public string? Seccomp { get; init; }

    /// <summary>Paths of the kernel that are hidden; null means the usual ones.</summary>
    [Key(38)] public ImmutableArray<string>? MaskedPaths { get; init; }

    /// <summary>Paths of the kernel that cannot be written to; null means the usual ones.</summary>
    [Key(39)] public ImmutableArray<string>? ReadOnlyPaths { get; init; }

    /// <summary>The networks to join, all of which must be there, in place of <see cref="Networks"/>; empty joins
    /// none. Null: as <see cref="Networks"/> says.</summary>
    [Key(40)] public ImmutableArray<EndpointSpec>? Endpoints { get; init; }

    /// <summary>Containers of the default network that this one knows by other names, and whose ports and environment
    /// it finds in its own.</summary>
    [Key(41)] public ImmutableArray<LinkSpec> Links { get; init; } = [];

    /// <summary>Ports that it offers beside those of its image, as <c>80/tcp</c>.</summary>
    [Key(42)] public ImmutableArray<string> ExposedPorts { get; init; } = [];

    [Key(44)] public string Domainname { get; init; } = "";

    /// <summary>Null: a file of its own, bounded as the node says.</summary>
    [Key(45)] public LogSettings? Log { get; init; }

    /// <summary>How fast it may use devices of the host at most.</summary>
    [Key(46)] public ImmutableArray<BlockThrottle> BlockThrottles { get; init; } = [];

    [Key(47)] public CgroupSettings Cgroup { get; init; } = CgroupSettings.Usual;

    /// <summary>Told to the program that makes containers, which knows some of them.</summary>
    [Key(48)]
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Profile of AppArmor; <c>unconfined</c>, or empty, for none.</summary>
    [Key(49)] public string AppArmor { get; init; } = "";

    /// <summary>Containers of the same node whose volumes and binds it has too, at the same places: a name or an
    /// id, with <c>:ro</c> for reading only. What is mounted by itself at one of the places comes before.</summary>
    [Key(50)] public ImmutableArray<string> VolumesFrom { get; init; } = [];

    /// <summary>How it is in those of <see cref="Networks"/> of which there is more to say than the name.</summary>
    [Key(51)] public ImmutableArray<EndpointSpec> NetworkSettings { get; init; } = [];

    /// <summary>What it may write to its root file system at most, kept to where the node's file system can; zero: no
    /// limit.</summary>
    [Key(53)] public Bytes WritableMax { get; init; }

    /// <summary>Its weights in the use of devices of the host; passed over where the kernel knows none.</summary>
    [Key(54)] public ImmutableArray<DeviceWeight> DeviceWeights { get; init; } = [];

    /// <summary>Of its terminal, where it has one, from the start; null: nobody said.</summary>
    [Key(55)] public ConsoleSize? ConsoleSize { get; init; }
}

/// <summary>Size of a terminal, in characters.</summary>
public sealed record ConsoleSize([property: Key(0)] int Rows, [property: Key(1)] int Columns);

/// <summary>A limit of setrlimit(2).</summary>
/// <param name="Name">As <c>nofile</c>.</param>
/// <param name="Soft">-1 means none.</param>
/// <param name="Hard">-1 means none.</param>
public sealed record Ulimit(
    [property: Key(0)] string Name, [property: Key(1)] long Soft, [property: Key(2)] long Hard);

/// <summary>A device of the host, or a folder of them, and what may be done with it.</summary>
/// <param name="Target">Empty means the same path.</param>
/// <param name="Access">Of <c>r</c>, <c>w</c>, <c>m</c>; empty means all.</param>
public sealed record DeviceSpec(
    [property: Key(0)] string Source, [property: Key(1)] string Target = "", [property: Key(2)] string Access = "");

/// <summary>Which namespaces are not the container's own.</summary>
/// <param name="Pid"><c>host</c>, <c>container:ID</c> with the whole id, or empty; so the others.</param>
/// <param name="Ipc">Also <c>shareable</c>, its own that others may share; <c>none</c>, its own without
/// <c>/dev/shm</c>.</param>
/// <param name="Network">Only <c>container:ID</c>; needs <see cref="NetworkMode.None"/>.</param>
/// <param name="User"><c>host</c>: its users are those of the host also where the node maps those of containers; empty:
/// as the node does.</param>
public sealed record SharedNamespaces(
    [property: Key(0)] string Pid = "", [property: Key(1)] string Ipc = "", [property: Key(2)] string Uts = "",
    [property: Key(3)] string Network = "", [property: Key(4)] string User = "")
{
    public static SharedNamespaces None { get; } = new();
}

public enum NetworkMode
{
    Bridge = 0,
    Host = 1,
    None = 2,
}

public enum PortProtocol
{
    Tcp = 0,
    Udp = 1,
}

public enum PublishMode
{
    /// <summary>One port of the host for all tasks of the service, balanced over them.</summary>
    Ingress = 0,

    /// <summary>The port of the host belongs to one task.</summary>
    Host = 1,
}

/// <summary>A port of the container made reachable through the host.</summary>
/// <param name="HostPort">0 lets the node choose, or the service where it is published on all nodes.</param>
/// <param name="HostAddress">Empty means every address of the host.</param>
public sealed record PublishedPort(
    [property: Key(0)] int ContainerPort,
    [property: Key(1)] int HostPort,
    [property: Key(2)] PortProtocol Protocol = PortProtocol.Tcp,
    [property: Key(3)] PublishMode Mode = PublishMode.Ingress,
    [property: Key(4)] string HostAddress = "")
{
    /// <summary>Where any of several ports of the host will do, the last one of them; else 0.</summary>
    [Key(5)] public int HostPortLast { get; init; }
}
