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
}

public enum NetworkMode
{
    Bridge = 0,
    Host = 1,
    None = 2,
}

public enum MountKind
{
    /// <summary>A named volume; with an empty source an anonymous one.</summary>
    Volume = 0,

    /// <summary>A path of the host.</summary>
    Bind = 1,

    /// <summary>Memory, gone with the container.</summary>
    Tmpfs = 2,
}

/// <summary>One file system of a container beyond its root.</summary>
public sealed record MountSpec(
    [property: Key(0)] MountKind Kind,
    [property: Key(1)] string Source,
    [property: Key(2)] string Target,
    [property: Key(3)] bool ReadOnly = false)
{
    /// <summary>Size limit of a tmpfs; zero means none.</summary>
    [Key(4)] public Bytes Size { get; init; }

    /// <summary>Permission bits of a tmpfs; null means 1777.</summary>
    [Key(5)] public int? Mode { get; init; }

    /// <summary>Whether a missing bind source is made, as a folder (the short syntax), or is an error.</summary>
    [Key(6)] public bool CreateSource { get; init; }
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
    [property: Key(4)] string HostAddress = "");

/// <summary>What a container may use at most. Zero means no limit.</summary>
public sealed record ResourceLimits(
    [property: Key(0)] MilliCpu Cpu,
    [property: Key(1)] Bytes Memory,
    [property: Key(2)] long Pids = 0)
{
    public static ResourceLimits None { get; } = new(MilliCpu.Zero, Bytes.Zero);

    /// <summary>Memory plus swap; zero means twice the memory limit, as in Docker.</summary>
    [Key(3)] public Bytes MemoryAndSwap { get; init; }

    /// <summary>Relative weight against other containers; zero means 1024.</summary>
    [Key(4)] public long CpuShares { get; init; }

    /// <summary>Processors the container may run on, as <c>0-2,4</c>; empty means all.</summary>
    [Key(5)] public string CpuSet { get; init; } = "";
}

/// <summary>A command that tells whether the container does its work (docker: HEALTHCHECK).</summary>
/// <param name="Test"><c>CMD a b</c>, <c>CMD-SHELL line</c> or <c>NONE</c>, as in the image configuration.</param>
public sealed record HealthCheck([property: Key(0)] ImmutableArray<string> Test)
{
    [Key(1)] public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    [Key(2)] public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    [Key(3)] public int Retries { get; init; } = 3;

    /// <summary>Failures within this time after the start do not count.</summary>
    [Key(4)] public TimeSpan StartPeriod { get; init; }

    /// <summary>Time between probes within the start period.</summary>
    [Key(5)] public TimeSpan StartInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the check of the image is switched off.</summary>
    public bool IsDisabled => Test is ["NONE"];
}
