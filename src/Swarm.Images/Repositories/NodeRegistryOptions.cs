using Swarm.Core;

namespace Swarm.Images.Repositories;

/// <summary>How much this node's registry puts up with.</summary>
public sealed record NodeRegistryOptions
{
    /// <summary>Bytes of one manifest: what the distribution spec asks registries to take at least.</summary>
    public const int ManifestBytesMax = 4 * 1024 * 1024;

    /// <summary>Bytes of one blob. Default 64 GiB, from 1 MiB.</summary>
    public Bytes BlobMax { get; init; } = Bytes.FromMebibytes(64 * 1024);

    /// <summary>Uploads that are open at a time. Default 256, from 1.</summary>
    public int UploadsMax { get; init; } = 256;

    /// <summary>Manifests of all repositories, but for those that were brought. Default 100,000, from 1.</summary>
    public int ManifestsMax { get; init; } = 100_000;

    /// <summary>Bytes of the disk that uploads leave free. Default 1 GiB.</summary>
    public Bytes DiskReserve { get; init; } = Bytes.FromMebibytes(1024);

    /// <summary>How long an upload on which nothing comes is kept, and a blob that no manifest has. Default 24 h.
    /// </summary>
    public TimeSpan UnfinishedKept { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a manifest is kept to which nothing leads any more. Default 168 h.</summary>
    public TimeSpan UntaggedKept { get; init; } = TimeSpan.FromHours(168);

    /// <summary>A body of which nothing comes for so long is given up; what came of it is kept. Default 60 s.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(60);
}
