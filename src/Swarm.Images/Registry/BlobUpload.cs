using System.Net;
using System.Net.Http.Headers;
using Swarm.Core.Images;
using Swarm.Images.Blobs;

namespace Swarm.Images.Registry;

/// <summary>Brings one blob into a repository: not at all where it is there, from another repository of the same
/// registry where that is possible, else by sending it.</summary>
/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs</remarks>
internal sealed class BlobUpload(
    RegistryConnection registry, ImageReference repository, StagedBlob blob, Action<long> tell)
{
    private string Scope => RegistryConnection.ScopeOf(repository, forPush: true);

    private string Subject => $"blob {blob.Digest} for {repository.Repository}";

    /// <param name="sources">Repositories of the registry that may have it.</param>
    public async Task<BlobArrival> RunAsync(IEnumerable<string> sources, CancellationToken cancellation)
    {
        if (await IsThereAsync(cancellation)) return new BlobArrival.WasThere();
        foreach (var source in sources.Where(source => source != repository.Path))
        {
            if (await MountAsync(source, cancellation)) return new BlobArrival.Mounted(source);
        }

        return await registry.PersistAsync(() => SendAsync(cancellation), cancellation);
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellation)
    {
        using var response = await registry.SendAsync(
            () => Request(HttpMethod.Head, $"/v2/{repository.Path}/blobs/{blob.Digest}"), Scope, cancellation);
        if (response.IsSuccessStatusCode) return true;
        return response.StatusCode == HttpStatusCode.NotFound
            ? false
            : throw await RefusedAsync(response, cancellation);
    }

    /// <remarks>A registry that does not, for whatever reason, begins an upload, which is given up, or refuses.
    /// </remarks>
    private async Task<bool> MountAsync(string source, CancellationToken cancellation)
    {
        var path = $"/v2/{repository.Path}/blobs/uploads/?mount={Uri.EscapeDataString(blob.Digest.Value)}"
            + $"&from={Uri.EscapeDataString(source)}";
        using var response = await registry.SendAsync(
            () => Request(HttpMethod.Post, path), $"{Scope} repository:{source}:pull", cancellation);
        if (response.StatusCode == HttpStatusCode.Created) return true;
        if (response.StatusCode == HttpStatusCode.Accepted && LocationOf(response) is { } begun)
        {
            using var given = await registry.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Delete, begun), Scope, cancellation);
        }

        return false;
    }

    // What was cut is begun anew: what of it has arrived is the registry's to know.
    private async Task<BlobArrival> SendAsync(CancellationToken cancellation)
    {
        using var begun = await registry.SendOnceAsync(
            () => Request(HttpMethod.Post, $"/v2/{repository.Path}/blobs/uploads/"), Scope, cancellation);
        if (begun.StatusCode != HttpStatusCode.Accepted) throw await RefusedAsync(begun, cancellation);

        using var sent = await registry.SendOnceAsync(() => Piece(PlaceOf(begun)), Scope, cancellation);
        if (!sent.IsSuccessStatusCode) throw await RefusedAsync(sent, cancellation);

        var place = PlaceOf(sent);
        using var ended = await registry.SendOnceAsync(
            () => new HttpRequestMessage(HttpMethod.Put, WithDigest(place)) { Content = new ByteArrayContent([]) },
            Scope, cancellation);
        return ended.IsSuccessStatusCode
            ? new BlobArrival.Sent()
            : throw await RefusedAsync(ended, cancellation);
    }

    private HttpRequestMessage Piece(Uri place)
    {
        var content = new UploadContent(blob.Path, blob.Size, tell);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return new HttpRequestMessage(HttpMethod.Patch, place) { Content = content };
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, registry.UriOf(path));
        if (method == HttpMethod.Post) request.Content = new ByteArrayContent([]);
        return request;
    }

    private Uri WithDigest(Uri place)
    {
        var digest = $"digest={Uri.EscapeDataString(blob.Digest.Value)}";
        return new UriBuilder(place)
        {
            Query = place.Query.Length > 1 ? $"{place.Query[1..]}&{digest}" : digest,
        }.Uri;
    }

    private Uri PlaceOf(HttpResponseMessage response) => LocationOf(response) ?? throw new RegistryException(
        RegistryFault.Invalid, $"{Subject}: the registry does not say where it is to be sent");

    private static Uri? LocationOf(HttpResponseMessage response) =>
        response.Headers.Location is { } location ? new Uri(response.RequestMessage!.RequestUri!, location) : null;

    private Task<RegistryException> RefusedAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        registry.ExplainAsync(response, Subject, cancellation);
}

/// <summary>How a blob came to be in its repository.</summary>
internal abstract record BlobArrival
{
    private BlobArrival()
    {
    }

    internal sealed record WasThere : BlobArrival;

    internal sealed record Mounted(string From) : BlobArrival;

    internal sealed record Sent : BlobArrival;
}
