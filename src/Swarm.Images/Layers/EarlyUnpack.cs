using Swarm.Images.Blobs;

namespace Swarm.Images.Layers;

/// <summary>A layer that is unpacked behind what has come of its blob.</summary>
/// <remarks>
/// It is worth something only if all went well and the blob turns out right. Else it is thrown away, and the layer is
/// unpacked from the whole blob, which then says what is wrong. Told in docs/images.md.
/// </remarks>
internal sealed class EarlyUnpack(IComingBlob blob, ScratchFolder scratch, CancellationToken stopped)
{
    private Task<UnpackedLayer?> _ended = null!; // set by Begin, the only way to make one

    private CancellationTokenSource Stop { get; } = CancellationTokenSource.CreateLinkedTokenSource(stopped);

    public static EarlyUnpack Begin(
        LayerFolder layers, ImageLayer layer, bool isBase, IComingBlob blob, ScratchFolder scratch,
        CancellationToken stopped)
    {
        var early = new EarlyUnpack(blob, scratch, stopped);
        early._ended = layers.FollowAloneAsync(layer, isBase, scratch, blob, early.Stop.Token);
        return early;
    }

    /// <summary>Waits for it where the blob is right; elsewhere ends it.</summary>
    /// <returns>Whether it is done, and what came of it: null where the layer speaks of layers below. What is not done
    /// is gone.</returns>
    public async Task<(bool IsDone, UnpackedLayer? Unpacked)> EndAsync()
    {
        if (blob.IsRight)
        {
            try
            {
                return (true, await _ended);
            }
            catch (Exception failed) when (failed is ImageException or IOException or OperationCanceledException)
            {
                // The whole blob says why.
            }
        }

        await RemoveAsync();
        return (false, null);
    }

    /// <summary>Ends it, and removes what is left of it.</summary>
    public async Task RemoveAsync()
    {
        await StoreSteps.OnPool(Stop.CancelAsync());
        await ((Task)_ended).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        scratch.Dispose();
    }
}
