using Swarm.Core.Images;
using Swarm.Images.Manifests;

namespace Swarm.Images.Registry;

/// <summary>Looks at what a name means at its registry.</summary>
internal sealed class RemoteLook(RegistryConnection registry, ImageReference name)
{
    public async Task<RemoteImage> DescribeAsync(CancellationToken cancellation)
    {
        var found = await new ManifestFetch(registry, name).GetAsync(cancellation);
        return new RemoteImage(
            found.MediaType, found.Digest, found.Content.Length,
            ImageIndex.IsIndex(found.Json)
                ? [.. ImageIndex.Read(found.Json).Manifests.Select(one => one.Platform).OfType<ImagePlatform>()
                    .Select(Show)]
                : [Show(await ReadPlatformAsync(found, cancellation))]);
    }

    private async Task<ImagePlatform> ReadPlatformAsync(FetchedManifest found, CancellationToken cancellation)
    {
        var config = ImageManifest.Read(found.Content, $"manifest {found.Digest}").Config;
        var place = new BlobPlace(name, config.Digest, config.Size);
        var content = await registry.PersistAsync(
            async () =>
            {
                using var response = await registry.SendOnceAsync(
                    () => new HttpRequestMessage(HttpMethod.Get, registry.UriOf(place.Path)), place.Scope,
                    cancellation);
                if (!response.IsSuccessStatusCode)
                    throw await registry.ExplainAsync(response, place.ToString(), cancellation);
                return await RegistryAnswer.ReadAsync(
                    response, JsonReading.DocumentBytesMax, registry.Web, place.ToString(), cancellation);
            },
            cancellation);
        return Digest.Of(content) == config.Digest
            ? ImagePlatform.Read(JsonReading.Parse(content, place.ToString()))
            : throw new RegistryException(
                RegistryFault.Invalid, $"{place}: what the registry gives has the digest {Digest.Of(content)}");
    }

    private static RemotePlatform Show(ImagePlatform platform) =>
        new(platform.OperatingSystem, platform.Architecture, platform.Variant);
}
