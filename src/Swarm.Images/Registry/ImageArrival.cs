using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Archives;
using Swarm.Images.Blobs;
using Swarm.Images.Manifests;

namespace Swarm.Images.Registry;

/// <summary>Takes in an image whose manifest is known: its blobs are held and fetched, all at once, wherever they come
/// from; then it is unpacked and named.</summary>
/// <param name="of">What it is, for people.</param>
internal sealed class ImageArrival(ImageStore store, string of, Action<TransferStep> tell)
{
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
        var fresh = manifest.Layers.Where(layer => store.FindBlob(layer.Digest) is null).ToList();
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var blobs = await Task.WhenAll(
        [
            FetchAsync(manifest.Config, fetch, _ => { }, failed),
            .. manifest.Layers.Select(layer => FetchAsync(layer, fetch, tell, failed)),
        ]);
        var config = blobs[0];
        var image = ArchivedImage.Create(
            names, StagedBlob.Write(scratch.NewPath(), content), config, $"configuration {config.Digest}",
            [.. blobs.Skip(1)]);
        foreach (var layer in fresh) tell(new TransferStep(Wanted(layer).ShortId, "Extracting"));
        var isNew = await store.InstallPulledAsync(image, scratch, cancellation);
        foreach (var layer in fresh) tell(new TransferStep(Wanted(layer).ShortId, "Pull complete"));
        return (config.Digest, isNew);
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

    private async Task<StagedBlob> FetchAsync(
        Descriptor blob, Fetch fetch, Action<TransferStep> told, CancellationTokenSource failed)
    {
        var wanted = Wanted(blob);
        try
        {
            told(new TransferStep(
                wanted.ShortId, store.FindBlob(blob.Digest) is null ? "Pulling fs layer" : "Already exists"));
            return await fetch(wanted, told, failed.Token);
        }
        catch (Exception broken) when (broken is RegistryException or IOException)
        {
            await failed.CancelAsync(); // the others are of no use any more
            throw;
        }
    }

    private WantedBlob Wanted(Descriptor blob) => new(blob.Digest, blob.Size, of);
}
