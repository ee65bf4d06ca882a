using Swarm.Core.Nodes;

namespace Swarm.Cluster.Disk;

/// <summary>What a node does about a disk that fills up. Each setting stands in config/reference.conf.</summary>
public sealed record DiskOptions
{
    /// <summary>Whether what nothing uses is removed from the high watermark on.</summary>
    public bool Collects { get; init; } = true;

    public DiskMarks Marks { get; init; } = new();

    /// <summary>How often the disk is measured. 1 s to 1 h: a disk that is written at 200 MiB/s takes 12 GiB in a
    /// minute.</summary>
    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What came or was used within this stays. 0 to 24 h: who pulls an image is about to use it.</summary>
    public TimeSpan AgeMin { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>When other nodes are asked again after collecting was not enough: what they need does not change by the
    /// second.</summary>
    public TimeSpan RestFor { get; init; } = TimeSpan.FromMinutes(5);
}
