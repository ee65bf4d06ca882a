using Swarm.Core.Images;

namespace Swarm.Images.Layers;

/// <summary>Unpacks layers of images of which other blobs are still on their way, each once at a time, whoever waits
/// for it.</summary>
/// <remarks>What comes of it lies in scratch folders until an image with it is taken in. Drawn in docs/images.md.
/// </remarks>
internal sealed class UnpacksAhead(StoreFolders folders, LayerFolder layers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Unpack> _running = [];

    /// <summary>Begins for one image.</summary>
    public ImageAhead Begin() => new(this, layers);

    /// <summary>Unpacks a layer, or waits for who does; until <see cref="LeaveAsync"/>.</summary>
    public Unpack Join(Key key, ImageLayer layer)
    {
        lock (_gate)
        {
            if (!_running.TryGetValue(key, out var unpack))
            {
                unpack = new Unpack(folders.NewScratch());
                unpack.Ended = RunAsync(layer, key.IsBase, unpack);
                _running.Add(key, unpack);
            }

            unpack.Users++;
            return unpack;
        }
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
        await ((Task)unpack.Ended).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        unpack.Stop.Dispose();
        unpack.Scratch.Dispose();
    }

    private async Task<UnpackedLayer?> RunAsync(ImageLayer layer, bool isBase, Unpack unpack)
    {
        try
        {
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

        /// <summary>Null where it speaks of layers below, and has to wait for them.</summary>
        public Task<UnpackedLayer?> Ended { get; set; } = null!; // set before others see it
    }
}
