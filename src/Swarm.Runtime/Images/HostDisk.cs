using System.Collections.Immutable;
using Swarm.Core.Nodes;
using Swarm.Images;
using Swarm.Images.Collecting;
using Swarm.Runtime.Builds;

namespace Swarm.Runtime.Images;

/// <inheritdoc/>
/// <param name="ageMin">What came or was used within this stays: whoever brought it may be about to use it.</param>
public sealed class HostDisk(
    ICollectedStore store, IImageBuilder builder, HostImages images, TimeSpan ageMin, TimeProvider time) : IHostDisk
{
    private const int LooksMax = 50;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public DiskUse Measure() => store.MeasureDisk();

    /// <inheritdoc/>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        await store.SweepAsync(time.GetUtcNow() - ageMin, cancellation);
        await SettleAsync(cancellation);
    }

    /// <inheritdoc/>
    public async Task RemoveStepsAsync(TimeSpan age, CancellationToken cancellation)
    {
        var before = time.GetUtcNow() - age;
        var freed = await BlockingStep.RunAsync(
            () =>
            {
                try
                {
                    return builder.Prune(all: true, before, kept: default).Freed.Value;
                }
                catch (BuildException)
                {
                    return 0; // a build goes on
                }
            },
            cancellation);
        if (freed > 0) await SettleAsync(cancellation);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<IdleImage>> ListIdleAsync(CancellationToken cancellation)
    {
        var idle = await store.ListIdleAsync(cancellation);
        var before = time.GetUtcNow() - ageMin;
        return idle.RemoveAll(image => image.LastUsed >= before);
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync(IdleImage image, CancellationToken cancellation)
    {
        var removal = await BlockingStep.RunAsync(
            () =>
            {
                ImageRemoval? removed = null;
                // A build counts on images that it has found, and no container says so.
                builder.TryBetweenBuilds(() => removed = store.RemoveIdle(image));
                return removed;
            },
            cancellation);
        if (removal is null) return false;
        images.TellRemoved(removal);
        await SettleAsync(cancellation);
        return true;
    }

    // XFS gives free what was removed a moment later: as long as more is free each time, more is to come. Who does not
    // wait for it removes too much.
    private async Task SettleAsync(CancellationToken cancellation)
    {
        var free = store.MeasureDisk().Free;
        for (var look = 0; look < LooksMax; look++)
        {
            await Task.Delay(LookEvery, time, cancellation);
            var now = store.MeasureDisk().Free;
            if (now <= free) return;
            free = now;
        }
    }
}
