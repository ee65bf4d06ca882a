using Swarm.Core;
using Swarm.Images.Unpacking;

namespace Swarm.Images;

/// <summary>Where images are kept, and how much of a stranger's archive is put up with.</summary>
public sealed record ImageStoreOptions
{
    /// <summary>The folder of the store, made when missing, for root only. One process at a time opens it.</summary>
    public required string Root { get; init; }

    /// <summary>The most a whole archive may hold, after outer decompression. Default 128 GiB.</summary>
    public Bytes ArchiveMax { get; init; } = Bytes.FromMebibytes(128 * 1024);

    public UnpackLimits Limits { get; init; } = new();

    /// <summary>Layers unpacked at a time, beside those that are unpacked while their blobs come. Default 2, from 1;
    /// more contend for the journal of the file system.</summary>
    public int ParallelUnpacks { get; init; } = 2;
}
