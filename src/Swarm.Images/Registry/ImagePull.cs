using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Manifests;

namespace Swarm.Images.Registry;

/// <summary>Brings one image from a registry into the store.</summary>
internal sealed class ImagePull(
    ImageStore store, BlobFetches fetches, RegistryConnection registry, ImageReference name,
    Action<TransferStep> tell)
{
    /// <param name="pinned">The one image that will do; null for whichever it is.</param>
    public async Task<PulledImage> RunAsync(ImagePlatform platform, Digest? pinned, CancellationToken cancellation)
    {
        var manifests = new ManifestFetch(registry, name);
        var top = await manifests.GetAsync(cancellation);
        tell(new TransferStep(name.Tag ?? name.Digest!.Value.Value, $"Pulling from {name.Path}"));
        var found = await manifests.ChooseAsync(top, platform, cancellation);
        var arrival = new ImageArrival(store, name.Repository, tell);
        if (pinned is { } wanted) Require(wanted, arrival.ReadManifest(found.Content, $"manifest {found.Digest}"));
        var (id, isNew) = await arrival.TakeInAsync(
            found.Content, found.Digest, NamesOf(top.Digest), FetchAsync, cancellation);
        if (top.Digest != found.Digest) store.KeepList(name, top, id);

        tell(new TransferStep("", $"Digest: {top.Digest}"));
        tell(new TransferStep("", isNew
            ? $"Status: Downloaded newer image for {name.Familiar}"
            : $"Status: Image is up to date for {name.Familiar}"));
        return new PulledImage(id, top.Digest, name, isNew) { Given = top.Digest };
    }

    // Before anything of it is fetched, and anything here is named by it.
    private void Require(Digest wanted, ImageManifest manifest)
    {
        if (manifest.Config.Digest == wanted) return;
        throw new RegistryException(
            RegistryFault.NotFound,
            $"{name.Registry} means another image by {name.Familiar} now, {manifest.Config.Digest}");
    }

    // What was pulled by a digest has no tag, as in Docker.
    private ImmutableArray<ImageReference> NamesOf(Digest digest) =>
        name.Digest is null
            ? [name, name with { Tag = null, Digest = digest }]
            : [name with { Tag = null, Digest = digest }];

    private Task<Blobs.StagedBlob> FetchAsync(
        WantedBlob wanted, Action<TransferStep> told, CancellationToken cancellation)
    {
        var place = new BlobPlace(name, wanted.Digest, wanted.Size);
        return fetches.FetchAsync(
            wanted, (path, have, token) => new BlobDownload(registry, place, have).RunAsync(path, token), told,
            cancellation);
    }
}
