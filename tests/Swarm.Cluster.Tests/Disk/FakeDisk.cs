using System.Collections.Concurrent;
using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Images.Collecting;
using Swarm.Runtime.Images;

namespace Swarm.Cluster.Tests.Disk;

/// <summary>A disk of a hundred bytes, and what each thing on it takes.</summary>
internal sealed class FakeDisk : IHostDisk
{
    private readonly Lock _gate = new();
    private readonly List<(IdleImage Image, int Bytes)> _images = [];

    /// <summary>Taken by what is used.</summary>
    public int Used { get; set; }

    public int Swept { get; set; }

    /// <summary>Of former builds, by their age in days.</summary>
    public ConcurrentDictionary<int, int> Steps { get; } = new();

    public IOException? Fault { get; set; }

    /// <summary>What was removed, in order.</summary>
    public ConcurrentQueue<string> Removed { get; } = new();

    public IdleImage Add(string name, int bytes, bool isFree)
    {
        lock (_gate)
        {
            var image = new IdleImage(
                Digest.Of(System.Text.Encoding.UTF8.GetBytes(name)), isFree,
                DateTimeOffset.UnixEpoch.AddHours(_images.Count), new Bytes(bytes));
            _images.Add((image, bytes));
            return image;
        }
    }

    public DiskUse Measure()
    {
        lock (_gate)
        {
            if (Fault is { } fault) throw fault;
            var used = Used + Swept + Steps.Values.Sum() + _images.Sum(image => image.Bytes);
            return new DiskUse(new Bytes(used), new Bytes(100 - used));
        }
    }

    public Task SweepAsync(CancellationToken cancellation)
    {
        if (Swept > 0) Removed.Enqueue("unneeded");
        Swept = 0;
        return Task.CompletedTask;
    }

    public Task RemoveStepsAsync(TimeSpan age, CancellationToken cancellation)
    {
        foreach (var days in Steps.Keys.Where(days => days >= age.Days).Order())
        {
            Steps.TryRemove(days, out _);
            Removed.Enqueue($"steps of {days} days");
        }

        return Task.CompletedTask;
    }

    public Task<ImmutableArray<IdleImage>> ListIdleAsync(CancellationToken cancellation)
    {
        lock (_gate) return Task.FromResult<ImmutableArray<IdleImage>>([.. _images.Select(image => image.Image)]);
    }

    public Task<bool> RemoveAsync(IdleImage image, CancellationToken cancellation)
    {
        lock (_gate)
        {
            var isGone = _images.RemoveAll(one => one.Image == image) > 0;
            if (isGone) Removed.Enqueue(image.IsFree ? "free" : "named");
            return Task.FromResult(isGone);
        }
    }
}
