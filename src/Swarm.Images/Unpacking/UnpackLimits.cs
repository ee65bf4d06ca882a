using Swarm.Core;

namespace Swarm.Images.Unpacking;

/// <summary>What one layer may cost at most. A layer that goes beyond is refused.</summary>
public sealed record UnpackLimits
{
    /// <summary>Bytes of a layer, decompressed. Default 64 GiB.</summary>
    public Bytes LayerMax { get; init; } = Bytes.FromMebibytes(64 * 1024);

    /// <summary>Entries of a layer. Default 4 million.</summary>
    public long EntriesMax { get; init; } = 4_000_000;

    /// <summary>Decompressed bytes for each compressed one, beyond <see cref="RatioFrom"/>. Default 200.</summary>
    public int RatioMax { get; init; } = 200;

    /// <summary>Up to here any ratio will do: a few empty files compress well. Default 1 GiB.</summary>
    public Bytes RatioFrom { get; init; } = Bytes.FromMebibytes(1024);

    /// <summary>Bytes of one pax header or long name. Default 1 MiB.</summary>
    public Bytes HeaderMax { get; init; } = Bytes.FromMebibytes(1);
}
