using System.Collections.Immutable;
using Swarm.Core.Nodes;
using Swarm.Images.Collecting;
using Swarm.Runtime.Images;

namespace Swarm.Cluster.Disk;

/// <summary>What one round of collecting came to.</summary>
/// <param name="Images">That were removed.</param>
/// <param name="Needed">Images that nothing here uses, and that are needed all the same: others have too few
/// of them.</param>
internal sealed record DiskPassed(DiskUse Before, DiskUse After, int Images, int Needed);

/// <summary>One round of collecting: what costs the least first, until the disk is below the low watermark.</summary>
/// <param name="letGo">Removes an image here if enough other nodes have it; whether it is gone. Null where they are
/// not asked.</param>
/// <remarks>Drawn in docs/disk.md.</remarks>
internal sealed class DiskPass(
    IHostDisk disk, DiskMark low, Func<IdleImage, CancellationToken, Task<bool>>? letGo)
{
    /// <summary>What is kept of builds: the oldest first.</summary>
    private static readonly ImmutableArray<TimeSpan> StepAges = [TimeSpan.FromDays(7), TimeSpan.FromDays(1), default];

    private bool IsEnough => !low.IsReached(disk.Measure());

    /// <exception cref="IOException">The disk cannot be asked, or gives nothing free.</exception>
    public async Task<DiskPassed> RunAsync(CancellationToken cancellation)
    {
        var before = disk.Measure();
        await disk.SweepAsync(cancellation);
        foreach (var age in StepAges)
        {
            if (IsEnough) break;
            await disk.RemoveStepsAsync(age, cancellation);
        }

        var (removed, needed) = IsEnough ? (0, 0) : await RemoveImagesAsync(cancellation);
        return new DiskPassed(before, disk.Measure(), removed, needed);
    }

    private async Task<(int Removed, int Needed)> RemoveImagesAsync(CancellationToken cancellation)
    {
        var (removed, needed) = (0, 0);
        var idle = await disk.ListIdleAsync(cancellation);
        // What nobody counts on goes before what would have to be fetched again.
        foreach (var image in idle.OrderByDescending(image => image.IsFree))
        {
            if (IsEnough) break;
            var isGone = image.IsFree
                ? await disk.RemoveAsync(image, cancellation)
                : letGo is not null && await letGo(image, cancellation);
            if (isGone) removed++;
            else needed++;
        }

        return (removed, needed);
    }
}
