using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Linux.Cgroups;
using Swarm.Linux.Users;
using Swarm.Runtime.Users;

namespace Swarm.Runtime.Bundles;

/// <summary>Everything that a bundle's config.json is written from.</summary>
internal sealed record BundleInput(
    ContainerPlan Plan, string RootPath, ContainerUser User, ImmutableArray<BundleMount> Mounts)
{
    public required ImmutableArray<string> Capabilities { get; init; }

    /// <summary>
    /// Null means that of the host, or a new one; see <see cref="Swarm.Core.Containers.NetworkMode"/>.
    /// </summary>
    public string? NetworkNamespacePath { get; init; }

    public required string CgroupPath { get; init; }

    public KernelLimits Kernel { get; init; }

    public required SeccompChoice Seccomp { get; init; }

    public ImmutableArray<HostDevice> Devices { get; init; } = [];

    /// <summary>Namespaces that are not its own: kind, and a path; null means the host's.</summary>
    public ImmutableDictionary<string, string?> Shared { get; init; } = ImmutableDictionary<string, string?>.Empty;

    /// <summary>By which its users are mapped; null: they are the host's.</summary>
    public IdMap? Users { get; init; }

    /// <summary>Where the user namespace is that it shall be in; null: in that of the host.</summary>
    public string? UserNamespacePath { get; init; }

    public ImmutableArray<ProcessLimit> Ulimits { get; init; } = [];

    public ImmutableArray<DeviceRule> DeviceRules { get; init; } = [];

    public ImmutableArray<DeviceThrottle> Throttles { get; init; } = [];

    /// <summary>Null: none is applied.</summary>
    public string? AppArmor { get; init; }

    public int OutOfMemoryScore { get; init; }
}

/// <summary>Which limits the cgroups of this host know.</summary>
internal readonly record struct KernelLimits(bool CountsSwap, bool KnowsSwappiness, bool WeighsBlocks)
{
    public static KernelLimits Of(ICgroups cgroups) =>
        new(cgroups.CountsSwap, cgroups.KnowsSwappiness, cgroups.WeighsBlocks);
}

/// <param name="Kind">As in mount(2): <c>bind</c>, <c>tmpfs</c>.</param>
internal sealed record BundleMount(string Kind, string Source, string Target, ImmutableArray<string> Options)
{
    /// <summary>The option by which all that is mounted below is read-only, too.</summary>
    public const string ReadOnlyThroughout = "rro";

    /// <summary>What below the source is meant; empty: the source.</summary>
    public string Below { get; init; } = "";
}

/// <summary>
/// The system call filter: text of an OCI <c>linux.seccomp</c>, or a compiled program; neither means none.
/// </summary>
internal sealed record SeccompChoice(ReadOnlyMemory<byte>? Profile, string? CompiledBase64);

/// <param name="Kind">c or b.</param>
/// <param name="Access">Null where it is among those that may be used anyway.</param>
internal sealed record HostDevice(string Path, char Kind, int Major, int Minor, string? Access = null)
{
    /// <summary>Who may do what with it, as on the host; and whose it is there.</summary>
    public uint Mode { get; init; }

    public uint UserId { get; init; }

    public uint GroupId { get; init; }
}

/// <param name="Kind">a, c or b.</param>
/// <param name="Major">Null means any; so the other.</param>
internal sealed record DeviceRule(char Kind, int? Major, int? Minor, string Access);

internal sealed record DeviceThrottle(BlockThrottleKind Kind, int Major, int Minor, long Rate);

/// <param name="Name">As <c>RLIMIT_NOFILE</c>.</param>
internal sealed record ProcessLimit(string Name, ulong Soft, ulong Hard);
