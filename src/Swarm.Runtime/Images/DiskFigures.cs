using System.Diagnostics.Metrics;

namespace Swarm.Runtime.Images;

/// <summary>How often room was made on the disk of this node, for whoever listens to <see cref="MeterName"/>.</summary>
/// <remarks>Told in docs/metrics.md.</remarks>
public static class DiskFigures
{
    public const string MeterName = "Swarm.Disk";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Passes = Meter.CreateCounter<long>(
        "swarm.disk.collections", "{collection}",
        "How often this node collected what nothing uses because its disk filled up, by how it went.");

    private static readonly Counter<long> Images = Meter.CreateCounter<long>(
        "swarm.disk.collected.images", "{image}", "Images that were removed for room.");

    /// <param name="isEnough">Whether the disk is below the high watermark again.</param>
    public static void Count(bool isEnough, int images)
    {
        Passes.Add(1, new KeyValuePair<string, object?>("outcome", isEnough ? "enough" : "short"));
        Images.Add(images);
    }
}
