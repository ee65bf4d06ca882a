using System.Collections.Concurrent;
using Swarm.Images.Blobs;

namespace Swarm.Images.Layers;

/// <summary>The layers of one image that were unpacked before all of it was here.</summary>
/// <remarks>Safe for use by many at once, but for the end.</remarks>
internal sealed class ImageAhead(UnpacksAhead unpacks, LayerFolder layers) : IAsyncDisposable
{
    private readonly ConcurrentQueue<(UnpacksAhead.Key Key, UnpacksAhead.Unpack Unpack)> _joined = [];

    /// <summary>Begins to unpack a layer while its blob comes, unless it is unpacked.</summary>
    public void Follow(ImageLayer layer, bool isBase, IComingBlob blob)
    {
        if (layers.Find(layer) is null) unpacks.Follow(Join(KeyOf(layer, isBase)), layer, isBase, blob);
    }

    /// <summary>Unpacks a layer whose blob is here and checked, unless it is unpacked.</summary>
    /// <param name="began">Called when its turn has come.</param>
    /// <returns>Whether it is unpacked; not where it speaks of layers below.</returns>
    /// <exception cref="ImageException">What is wrong with it.</exception>
    public async Task<bool> UnpackAsync(
        ImageLayer layer, bool isBase, Action began, CancellationToken cancellation)
    {
        if (layers.Find(layer) is not null) return true;

        var unpack = Join(KeyOf(layer, isBase));
        var ended = unpacks.EndAsync(unpack, layer, isBase);
        await unpack.Began.Task.WaitAsync(cancellation);
        began();
        return await ended.WaitAsync(cancellation) is not null;
    }

    /// <summary>Whether it was tried. To be asked while nobody takes in an image but who asks.</summary>
    /// <param name="unpacked">Null where it speaks of layers below.</param>
    public bool TryFind(ImageLayer layer, bool isBase, out UnpackedLayer? unpacked)
    {
        var key = KeyOf(layer, isBase);
        var tried = _joined.FirstOrDefault(joined => joined.Key == key).Unpack;
        unpacked = null;
        if (tried?.Ended is not { IsCompletedSuccessfully: true } ended) return false;
        unpacked = ended.Result;

        // Another image may have been taken in with it, and is gone already, and it with that.
        return unpacked is null || Directory.Exists(unpacked.Path);
    }

    /// <summary>Ends what is under way, and removes what was not taken in.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_joined.TryDequeue(out var joined)) await unpacks.LeaveAsync(joined.Key, joined.Unpack);
    }

    private UnpacksAhead.Unpack Join(UnpacksAhead.Key key)
    {
        var unpack = unpacks.Join(key);
        _joined.Enqueue((key, unpack));
        return unpack;
    }

    private static UnpacksAhead.Key KeyOf(ImageLayer layer, bool isBase) => new(layer.Blob, layer.DiffId, isBase);
}
