using Swarm.Core.Images;
using Swarm.Images.Blobs;

namespace Swarm.Images.Layers;

/// <summary>Unpacks layers of images of which blobs are still on their way, each once at a time, whoever waits for it.
/// </summary>
/// <remarks>What comes of it lies in scratch folders until an image with it is taken in. Drawn in docs/images.md.
/// </remarks>
internal sealed class UnpacksAhead(StoreFolders folders, LayerFolder layers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Unpack> _running = [];

    /// <summary>Begins for one image.</summary>
    public ImageAhead Begin() => new(this, layers);

    /// <summary>Wants a layer unpacked, until <see cref="LeaveAsync"/>.</summary>
    public Unpack Join(Key key)
    {
        lock (_gate)
        {
            if (!_running.TryGetValue(key, out var unpack))
            {
                unpack = new Unpack(folders.NewScratch());
                _running.Add(key, unpack);
            }

            unpack.Users++;
            return unpack;
        }
    }

    /// <summary>Begins to unpack a layer while its blob comes, unless that was begun.</summary>
    public void Follow(Unpack unpack, ImageLayer layer, bool isBase, IComingBlob blob)
    {
        lock (_gate)
        {
            if (unpack.Ended is not null || unpack.Early is not null) return;
            unpack.Early = EarlyUnpack.Begin(layers, layer, isBase, blob, folders.NewScratch(), unpack.Stop.Token);
        }
    }

    /// <summary>Unpacks a layer whose blob is here and checked, or waits for who does.</summary>
    /// <returns>Null where it speaks of layers below, and has to wait for them.</returns>
    public Task<UnpackedLayer?> EndAsync(Unpack unpack, ImageLayer layer, bool isBase)
    {
        lock (_gate) return unpack.Ended ??= RunAsync(layer, isBase, unpack);
    }

    /// <summary>With nobody left who wants it, it ends, and what is left of it is removed.</summary>
    public async Task LeaveAsync(Key key, Unpack unpack)
    {
        lock (_gate)
        {
            if (--unpack.Users > 0) return;
            _running.Remove(key); // who comes now begins it anew, elsewhere
        }

        await StoreSteps.OnPool(unpack.Stop.CancelAsync());
        await (unpack.Ended ?? Task.CompletedTask).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (unpack.Early is { } early) await early.RemoveAsync();
        unpack.Stop.Dispose();
        unpack.Scratch.Dispose();
    }

    private async Task<UnpackedLayer?> RunAsync(ImageLayer layer, bool isBase, Unpack unpack)
    {
        try
        {
            if (unpack.Early is { } early)
            {
                unpack.Began.TrySetResult();
                var (isDone, unpacked) = await early.EndAsync();
                if (isDone) return unpacked;
                unpack.Early = null;
            }

            return await layers.TryAloneAsync(
                layer, isBase, unpack.Scratch, () => unpack.Began.TrySetResult(), unpack.Stop.Token);
        }
        finally
        {
            unpack.Began.TrySetResult();
        }
    }

    /// <summary>What makes two unpacks the same.</summary>
    /// <param name="IsBase">Nothing can lie below it in its image.</param>
    internal readonly record struct Key(Digest Blob, Digest DiffId, bool IsBase);

    /// <summary>One layer that is being unpacked, or is.</summary>
    internal sealed class Unpack(ScratchFolder scratch)
    {
        public ScratchFolder Scratch { get; } = scratch;

        public CancellationTokenSource Stop { get; } = new();

        public int Users { get; set; }

        /// <summary>Its turn has come.</summary>
        public TaskCompletionSource Began { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Begun while the blob comes; null where it was not, or was of no use.</summary>
        public EarlyUnpack? Early { get; set; }

        /// <summary>Null until the blob is here. What comes of it is null where the layer speaks of layers below, and
        /// has to wait for them.</summary>
        public Task<UnpackedLayer?>? Ended { get; set; }
    }
}
