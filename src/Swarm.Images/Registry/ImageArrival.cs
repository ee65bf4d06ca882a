using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Archives;
using Swarm.Images.Blobs;
using Swarm.Images.Layers;
using Swarm.Images.Manifests;

namespace Swarm.Images.Registry;

/// <summary>Takes in an image whose manifest is known: its blobs are held and fetched, all at once, wherever they come
/// from; each layer is unpacked as soon as it is here, and the image named when all are.</summary>
/// <param name="of">What it is, for people.</param>
internal sealed class ImageArrival(ImageStore store, string of, Action<TransferStep> tell)
{
    /// <summary>Of the names that it gets, those by digest that no registry is known to have.</summary>
    public ImmutableArray<ImageReference> OwnNames { get; init; } = [];

    /// <summary>Gives a blob that is on its way here as soon as it is, to be read meanwhile; null where it cannot be.
    /// </summary>
    public Func<Digest, CancellationToken, Task<IComingBlob>>? Coming { get; init; }

    /// <summary>Brings one blob of it here.</summary>
    public delegate Task<StagedBlob> Fetch(
        WantedBlob wanted, Action<TransferStep> tell, CancellationToken cancellation);

    /// <returns>The image, and whether one of its names means another one than before.</returns>
    /// <exception cref="ImageException">What is wrong with it; nothing of it is kept.</exception>
    public async Task<(Digest Id, bool IsNew)> TakeInAsync(
        byte[] content, Digest digest, ImmutableArray<ImageReference> names, Fetch fetch,
        CancellationToken cancellation)
    {
        var manifest = ReadManifest(content, $"manifest {digest} of {of}");
        using var hold = store.HoldBlobs(
            [manifest.Config.Digest, digest, .. manifest.Layers.Select(layer => layer.Digest)]);
        using var scratch = store.NewScratch();
        await using var ahead = store.UnpackAhead();
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var config = BringAsync(() => ReadConfigAsync(manifest, fetch, failed.Token), failed);
        var layers = manifest.Layers.Select((layer, index) => BringAsync(
            () => TakeLayerAsync(layer, index, config, ahead, fetch, failed.Token), failed)).ToList();
        await Task.WhenAll([config, .. layers]);

        var (blob, document, _) = await config;
        var brought = await Task.WhenAll(layers);
        var image = new ArchivedImage(
            names, StagedBlob.Write(scratch.NewPath(), content), blob, document,
            [.. brought.Select(layer => layer.Blob)])
        {
            OwnNames = OwnNames,
        };
        var isNew = await store.InstallPulledAsync(image, scratch, ahead, cancellation);
        foreach (var layer in brought.Where(layer => layer.IsYetToUnpack))
            tell(new TransferStep(Wanted(layer.Blob.Digest, layer.Blob.Size).ShortId, "Pull complete"));
        return (blob.Digest, isNew);
    }

    /// <exception cref="ImageException">It is no image, or too large a one.</exception>
    public ImageManifest ReadManifest(byte[] content, string subject)
    {
        var manifest = ImageManifest.Read(content, subject);
        if (!MediaTypes.Configurations.Contains(manifest.Config.MediaType))
        {
            throw new ImageException(
                ImageFault.Unsupported, $"{subject}: is no image: its configuration is {manifest.Config.MediaType}");
        }

        if (manifest.Config.Size > JsonReading.DocumentBytesMax)
        {
            throw new ImageException(
                ImageFault.Invalid,
                $"{subject}: a configuration of {manifest.Config.Size} bytes, more than "
                + $"{JsonReading.DocumentBytesMax}");
        }

        if (manifest.Layers.FirstOrDefault(layer => layer.Size > store.LayerMax) is { } large)
        {
            throw new ImageException(
                ImageFault.Invalid,
                $"{subject}: layer {large.Digest} has {large.Size} bytes, more than {store.LayerMax}");
        }

        return manifest;
    }

    /// <summary>Does a part of it; when that fails, the other parts are of no use any more.</summary>
    private static async Task<T> BringAsync<T>(Func<Task<T>> part, CancellationTokenSource failed)
    {
        try
        {
            return await part();
        }
        catch
        {
            await StoreSteps.OnPool(failed.CancelAsync());
            throw;
        }
    }

    private async Task<ReadConfig> ReadConfigAsync(
        ImageManifest manifest, Fetch fetch, CancellationToken cancellation)
    {
        var config = await FetchAsync(manifest.Config, fetch, _ => { }, cancellation);
        var document = ArchivedImage.ReadConfig(
            config, $"configuration {config.Digest}", manifest.Layers.Length);
        return new ReadConfig(config, document, document.ChainIds);
    }

    // It is unpacked behind what has come of the blob, where that can be read; what came of it counts when the blob is
    // whole and checked. Else that is when it is unpacked; other blobs may still be on their way then.
    private async Task<TakenLayer> TakeLayerAsync(
        Descriptor layer, int index, Task<ReadConfig> config, ImageAhead ahead, Fetch fetch,
        CancellationToken cancellation)
    {
        var isFresh = store.FindBlob(layer.Digest) is null;
        Action<string> told = isFresh
            ? status => tell(new TransferStep(Wanted(layer.Digest, layer.Size).ShortId, status))
            : _ => { };
        var fetching = FetchAsync(layer, fetch, tell, cancellation);
        // What has one piece is unpacked as soon as it is there.
        var blob = Coming is not { } coming || layer.Size <= BlobPieces.PieceBytes
            ? await fetching
            : await FollowedAsync(fetching, token => FollowAsync(layer, index, config, ahead, coming, token));
        var (_, document, chainIds) = await config;
        var isUnpacked = await ahead.UnpackAsync(
            new ImageLayer(document.DiffIds[index], chainIds[index], blob.Digest, blob.Path), isBase: index == 0,
            () => told("Extracting"), cancellation);
        if (isUnpacked) told("Pull complete");
        return new TakenLayer(blob, isFresh && !isUnpacked);
    }

    /// <summary>Has a blob followed until its fetch has ended. What keeps it from being followed does not keep it from
    /// coming.</summary>
    private static async Task<StagedBlob> FollowedAsync(Task<StagedBlob> fetching, Func<CancellationToken, Task> follow)
    {
        using var ended = new CancellationTokenSource();
        var following = follow(ended.Token);
        try
        {
            return await fetching;
        }
        finally
        {
            await StoreSteps.OnPool(ended.CancelAsync());
            await following.ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private static async Task FollowAsync(
        Descriptor layer, int index, Task<ReadConfig> config, ImageAhead ahead,
        Func<Digest, CancellationToken, Task<IComingBlob>> coming, CancellationToken cancellation)
    {
        var blob = await coming(layer.Digest, cancellation);
        var (_, document, chainIds) = await config.WaitAsync(cancellation);
        ahead.Follow(
            new ImageLayer(document.DiffIds[index], chainIds[index], layer.Digest, BlobPath: ""), index == 0, blob);
    }

    private Task<StagedBlob> FetchAsync(
        Descriptor blob, Fetch fetch, Action<TransferStep> told, CancellationToken cancellation)
    {
        var wanted = Wanted(blob.Digest, blob.Size);
        told(new TransferStep(
            wanted.ShortId, store.FindBlob(blob.Digest) is null ? "Pulling fs layer" : "Already exists"));
        return fetch(wanted, told, cancellation);
    }

    private WantedBlob Wanted(Digest digest, long size) => new(digest, size, of);

    private sealed record ReadConfig(StagedBlob Config, ConfigDocument Document, ImmutableArray<Digest> ChainIds);

    /// <param name="IsYetToUnpack">It speaks of layers below: it is unpacked over them, when all are here.</param>
    private sealed record TakenLayer(StagedBlob Blob, bool IsYetToUnpack);
}
