using System.Diagnostics.Metrics;

namespace Swarm.Runtime.Images;

/// <summary>How many copies of images were made here, for whoever listens to <see cref="MeterName"/>.</summary>
/// <remarks>Told in docs/metrics.md.</remarks>
public static class CopyFigures
{
    public const string MeterName = "Swarm.Copies";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Copies = Meter.CreateCounter<long>(
        "swarm.image.copies", "{image}", "Copies of images that this node was told to make, by how it went.");

    internal static void Count(bool isMade) =>
        Copies.Add(1, new KeyValuePair<string, object?>("outcome", isMade ? "made" : "failed"));
}
