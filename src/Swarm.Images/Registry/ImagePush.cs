using System.Diagnostics;
using System.Net.Http.Headers;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Layers;
using Swarm.Images.Manifests;
using Swarm.Images.Names;

namespace Swarm.Images.Registry;

/// <summary>Brings one image of the store into a registry: its blobs, and then its manifest, as it is kept.</summary>
internal sealed class ImagePush(
    ImageStore store, SemaphoreSlim slots, RegistryConnection registry, ImageReference name,
    Action<TransferStep> tell)
{
    public async Task<PushedImage> RunAsync(KnownImage image, CancellationToken cancellation)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        foreach (var layer in image.Layers) tell(new TransferStep(ShortId(layer.DiffId), "Preparing"));
        // The same layer twice, as empty ones are, is sent once.
        await Task.WhenAll(image.Layers.DistinctBy(layer => layer.Blob).Select(layer => SendAsync(layer, failed)));
        await UploadOf(Blob(image.Id), _ => { }).RunAsync([], cancellation);

        var manifest = Blob(image.ManifestDigest);
        var content = await File.ReadAllBytesAsync(manifest.Path, cancellation);
        await PutAsync(content, cancellation);
        store.NameByDigest(name with { Tag = null, Digest = manifest.Digest }, image.Id);
        tell(new TransferStep("", $"{name.Tag}: digest: {manifest.Digest} size: {manifest.Size}"));
        return new PushedImage(image.Id, name.Tag!, manifest.Digest, manifest.Size);
    }

    private async Task SendAsync(ImageLayer layer, CancellationTokenSource failed)
    {
        var id = ShortId(layer.DiffId);
        if (slots.CurrentCount == 0) tell(new TransferStep(id, "Waiting"));
        await slots.WaitAsync(failed.Token);
        try
        {
            var blob = Blob(layer.Blob);
            var upload = UploadOf(blob, sent => tell(new TransferStep(id, "Pushing", sent, blob.Size)));
            var arrival = await upload.RunAsync(
                store.RepositoriesWith(layer.Blob, name.Registry), failed.Token);
            tell(new TransferStep(id, arrival switch
            {
                BlobArrival.WasThere => "Layer already exists",
                BlobArrival.Mounted mounted => $"Mounted from {mounted.From}",
                BlobArrival.Sent => "Pushed",
                _ => throw new UnreachableException($"no word for {arrival}"),
            }));
        }
        catch (Exception broken) when (broken is RegistryException or IOException)
        {
            await failed.CancelAsync(); // the others are of no use any more
            throw;
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task PutAsync(byte[] content, CancellationToken cancellation)
    {
        var subject = $"manifest of {name.Familiar}";
        var type = JsonReading.Parse(content, subject).TextOr("mediaType", ImageManifest.OciMediaType);
        using var response = await registry.SendAsync(
            () =>
            {
                var body = new ByteArrayContent(content);
                body.Headers.ContentType = new MediaTypeHeaderValue(type);
                var to = registry.UriOf($"/v2/{name.Path}/manifests/{name.Tag}");
                return new HttpRequestMessage(HttpMethod.Put, to) { Content = body };
            },
            RegistryConnection.ScopeOf(name, forPush: true), cancellation);
        if (!response.IsSuccessStatusCode) throw await registry.ExplainAsync(response, subject, cancellation);
    }

    private BlobUpload UploadOf(StagedBlob blob, Action<long> told) => new(registry, name, blob, told);

    private StagedBlob Blob(Digest digest) => store.FindBlob(digest) ?? throw new ImageException(
        ImageFault.Invalid, $"blob {digest} of image {name.Familiar} is missing on this host");

    private static string ShortId(Digest digest) => digest.Hex[..12];
}
