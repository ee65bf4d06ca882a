using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Images.Registry;

namespace Swarm.Api.Nodes;

/// <summary>What the interface says about this node.</summary>
/// <param name="Memory">Of the host.</param>
/// <param name="CgroupVersion">1 or 2.</param>
public sealed record NodeFacts(
    NodeId Id, string Name, string Version, string DataRoot, string Kernel, string Architecture, int Processors,
    Bytes Memory, int CgroupVersion, ImmutableSortedDictionary<string, string> Labels)
{
    /// <summary>As it calls itself.</summary>
    public string OperatingSystem { get; init; } = "Linux";

    /// <summary>The type of the file system that its images and containers are on, as the kernel calls it.</summary>
    public string FileSystem { get; init; } = "";

    /// <summary>Whether its kernel counts what containers swap out, and so can limit it.</summary>
    public bool CountsSwap { get; init; }

    /// <summary>Whether its kernel lets containers say how readily their memory is swapped out.</summary>
    public bool KnowsSwappiness { get; init; }

    /// <summary>Whether its kernel can give containers a weight in block I/O.</summary>
    public bool WeighsBlocks { get; init; }

    /// <summary>Whether its kernel can give them a weight for each device.</summary>
    public bool WeighsDevices { get; init; }

    /// <summary>Whether users of new containers are mapped to others of the host.</summary>
    public bool MapsUsers { get; init; }

    /// <summary>How it speaks with registries.</summary>
    public RegistryOptions Registries { get; init; } = new();
}
