using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Archives;
using Swarm.Images.Blobs;
using Swarm.Images.Manifests;

namespace Swarm.Images.Registry;

/// <summary>Brings one image from a registry into the store.</summary>
internal sealed class ImagePull(
    ImageStore store, BlobFetches fetches, RegistryConnection registry, ImageReference name,
    Action<TransferStep> tell)
{
    public async Task<PulledImage> RunAsync(ImagePlatform platform, CancellationToken cancellation)
    {
        var manifests = new ManifestFetch(registry, name);
        var top = await manifests.GetAsync(cancellation);
        tell(new TransferStep(name.Tag ?? name.Digest!.Value.Value, $"Pulling from {name.Path}"));
        var found = await manifests.ChooseAsync(top, platform, cancellation);
        var subject = $"manifest {found.Digest} of {name.Repository}";
        var manifest = ImageManifest.Read(found.Content, subject);
        Check(manifest, subject);

        using var hold = store.HoldBlobs(
            [manifest.Config.Digest, found.Digest, .. manifest.Layers.Select(layer => layer.Digest)]);
        using var scratch = store.NewScratch();
        var fresh = manifest.Layers.Where(layer => store.FindBlob(layer.Digest) is null).ToList();
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var blobs = await Task.WhenAll(
        [
            FetchAsync(manifest.Config, _ => { }, failed),
            .. manifest.Layers.Select(layer => FetchAsync(layer, tell, failed)),
        ]);
        var config = blobs[0];
        var image = ArchivedImage.Create(
            NamesOf(top.Digest), StagedBlob.Write(scratch.NewPath(), found.Content), config,
            $"configuration {config.Digest}", [.. blobs.Skip(1)]);
        foreach (var layer in fresh) tell(new TransferStep(PlaceOf(layer).ShortId, "Extracting"));
        var isNew = await store.InstallPulledAsync(image, scratch, cancellation);
        foreach (var layer in fresh) tell(new TransferStep(PlaceOf(layer).ShortId, "Pull complete"));

        tell(new TransferStep("", $"Digest: {top.Digest}"));
        tell(new TransferStep("", isNew
            ? $"Status: Downloaded newer image for {name.Familiar}"
            : $"Status: Image is up to date for {name.Familiar}"));
        return new PulledImage(config.Digest, top.Digest, name, isNew);
    }

    // What was pulled by a digest has no tag, as in Docker.
    private ImmutableArray<ImageReference> NamesOf(Digest digest) =>
        name.Digest is null
            ? [name, name with { Tag = null, Digest = digest }]
            : [name with { Tag = null, Digest = digest }];

    private void Check(ImageManifest manifest, string subject)
    {
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
    }

    private async Task<StagedBlob> FetchAsync(
        Descriptor blob, Action<TransferStep> told, CancellationTokenSource failed)
    {
        var place = PlaceOf(blob);
        try
        {
            told(new TransferStep(
                place.ShortId, store.FindBlob(blob.Digest) is null ? "Pulling fs layer" : "Already exists"));
            return await fetches.FetchAsync(registry, place, told, failed.Token);
        }
        catch (Exception broken) when (broken is RegistryException or IOException)
        {
            await failed.CancelAsync(); // the others are of no use any more
            throw;
        }
    }

    private BlobPlace PlaceOf(Descriptor blob) => new(name, blob.Digest, blob.Size);
}
