using Swarm.Core.Images;
using Swarm.Images.Manifests;

namespace Swarm.Images.Registry;

/// <summary>Reads manifests of a registry, and of a list the one for a platform.</summary>
internal sealed class ManifestFetch(RegistryConnection registry, ImageReference name)
{
    private const int ManifestBytesMax = 4 * 1024 * 1024;

    // Lists in lists: real ones have one or two.
    private const int NestingMax = 4;

    private string Scope => RegistryConnection.ScopeOf(name, forPush: false);

    /// <summary>The document that the name means.</summary>
    public Task<FetchedManifest> GetAsync(CancellationToken cancellation) =>
        GetAsync(name.Digest?.Value ?? name.Tag!, cancellation);

    /// <summary>Follows lists to the manifest of one image.</summary>
    /// <exception cref="RegistryException">There is none for the platform, or something that is no image.</exception>
    public async Task<FetchedManifest> ChooseAsync(
        FetchedManifest found, ImagePlatform platform, CancellationToken cancellation)
    {
        for (var nesting = 0; ; nesting++)
        {
            if (!ImageIndex.IsIndex(found.Json)) return found;
            if (nesting == NestingMax)
                throw new RegistryException(RegistryFault.Invalid, $"{name}: lists of manifests are nested too deep");

            var list = ImageIndex.Read(found.Json);
            var chosen = ImageIndex.Choose(list.Manifests, platform) ?? throw new RegistryException(
                RegistryFault.NotFound,
                $"no matching manifest for {platform} in the manifest list entries of {name.Familiar}, which are for "
                + string.Join(", ", list.Manifests.Select(manifest => manifest.Platform?.ToString()).Distinct()));
            found = await GetAsync(chosen.Digest.Value, cancellation);
            if (found.Content.Length != chosen.Size)
            {
                throw new RegistryException(
                    RegistryFault.Invalid,
                    $"manifest {chosen.Digest} of {name.Repository}: has {found.Content.Length} bytes and should have "
                    + $"{chosen.Size}");
            }
        }
    }

    private Task<FetchedManifest> GetAsync(string reference, CancellationToken cancellation) =>
        registry.PersistAsync(
            async () =>
            {
                var path = $"/v2/{name.Path}/manifests/{reference}";
                using var response = await registry.SendOnceAsync(() => Question(path), Scope, cancellation);
                if (!response.IsSuccessStatusCode) throw await RefusedAsync(response, cancellation);

                var subject = $"manifest {reference} of {name.Repository}";
                var content = await RegistryAnswer.ReadAsync(
                    response, ManifestBytesMax, registry.Web, subject, cancellation);
                var digest = Digest.Of(content);
                if (Digest.TryParse(reference, out var asked) && asked != digest)
                {
                    throw new RegistryException(
                        RegistryFault.Invalid, $"{subject}: what the registry gives has the digest {digest}");
                }

                return new FetchedManifest(
                    content, digest, response.Content.Headers.ContentType?.MediaType ?? "",
                    JsonReading.Parse(content, subject));
            },
            cancellation);

    private HttpRequestMessage Question(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, registry.UriOf(path));
        foreach (var type in MediaTypes.Manifests) request.Headers.Accept.ParseAdd(type);
        return request;
    }

    /// <summary>As Docker words it: a repository that is not shown may be not there.</summary>
    private async Task<RegistryException> RefusedAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var told = await registry.ExplainAsync(response, name.Repository, cancellation);
        return told.Fault switch
        {
            RegistryFault.NotFound => new RegistryException(
                RegistryFault.NotFound, $"manifest for {name.Familiar} not found: {told.Message}", told),
            RegistryFault.Unauthorized or RegistryFault.Denied => new RegistryException(
                RegistryFault.NotFound,
                $"pull access denied for {(name with { Tag = null, Digest = null }).Familiar}, repository does not "
                + $"exist or may require 'docker login': {told.Message}",
                told),
            _ => told,
        };
    }
}

/// <summary>A manifest or a list, byte for byte.</summary>
internal sealed record FetchedManifest(byte[] Content, Digest Digest, string ContentType, JsonReading Json)
{
    /// <summary>What it says itself, or else what it was sent as.</summary>
    public string MediaType => Json.TextOr("mediaType", "") is { Length: > 0 } own ? own : ContentType;
}
