using System.Collections.Immutable;
using System.Net.Sockets;

namespace Swarm.Client.Images;

/// <summary>The images of one node, over its Docker Engine API on a unix socket.</summary>
/// <remarks>Image bytes never go through actors. The API: https://docs.docker.com/reference/api/engine/</remarks>
public sealed class ImageClient : IDisposable
{
    /// <summary>Where swarmd listens unless it is configured otherwise.</summary>
    public const string DefaultSocket = "/run/swarm/swarm.sock";

    private readonly string _socket;
    private readonly HttpClient _http;

    /// <param name="socket">Path of the unix socket of the node.</param>
    public ImageClient(string socket)
    {
        _socket = socket;
        var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://node/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Loads an archive as docker save or an OCI tool writes it.</summary>
    /// <returns>What the node says it loaded, a line each.</returns>
    /// <exception cref="SwarmRefusedException">The node would not.</exception>
    /// <exception cref="SwarmUnreachableException">No node at the socket.</exception>
    public Task<ImmutableArray<string>> LoadAsync(Stream archive, CancellationToken cancellation = default) =>
        StreamAsync(HttpMethod.Post, "images/load?quiet=1", archive, cancellation);

    /// <summary>Makes an image of a root file system, a tar; of the same one the same image, on every host.</summary>
    /// <inheritdoc cref="LoadAsync"/>
    public Task<ImmutableArray<string>> ImportAsync(
        Stream rootFileSystem, string repository, string tag, CancellationToken cancellation = default) =>
        StreamAsync(
            HttpMethod.Post,
            "images/create?fromSrc=-&reproducible=1"
                + $"&repo={Uri.EscapeDataString(repository)}&tag={Uri.EscapeDataString(tag)}",
            rootFileSystem, cancellation);

    /// <summary>The images of this node.</summary>
    /// <inheritdoc cref="LoadAsync"/>
    public Task<ImmutableArray<ImageListing>> ListAsync(CancellationToken cancellation = default) =>
        ListAsync("nodes", cancellation);

    /// <summary>The images of this node, then those that only others have that can be reached.</summary>
    /// <inheritdoc cref="LoadAsync"/>
    public Task<ImmutableArray<ImageListing>> ListAllAsync(CancellationToken cancellation = default) =>
        ListAsync("others", cancellation);

    private async Task<ImmutableArray<ImageListing>> ListAsync(string which, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"images/json?{which}=1");
        using var answer = await SendAsync(request, cancellation);
        return ImageAnswers.Listings(await answer.Content.ReadAsStreamAsync(cancellation));
    }

    /// <returns>What is wrong with the images of this node, a sentence each.</returns>
    /// <inheritdoc cref="LoadAsync"/>
    public async Task<ImmutableArray<string>> GetWarningsAsync(CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "info");
        using var answer = await SendAsync(request, cancellation);
        return ImageAnswers.Warnings(await answer.Content.ReadAsStreamAsync(cancellation));
    }

    /// <returns>What was untagged and deleted, a line each.</returns>
    /// <inheritdoc cref="LoadAsync"/>
    public async Task<ImmutableArray<string>> RemoveAsync(
        string image, bool force, CancellationToken cancellation = default)
    {
        // Slashes and colons of a name stand in the path as they are.
        var path = Uri.EscapeDataString(image)
            .Replace("%2F", "/", StringComparison.Ordinal)
            .Replace("%3A", ":", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"images/{path}?force={(force ? 1 : 0)}");
        using var answer = await SendAsync(request, cancellation);
        return ImageAnswers.Removals(await answer.Content.ReadAsStreamAsync(cancellation));
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<ImmutableArray<string>> StreamAsync(
        HttpMethod method, string path, Stream body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StreamContent(body) };
        request.Content.Headers.ContentType = new("application/x-tar");
        using var answer = await SendAsync(request, cancellation);
        return await ImageAnswers.ProgressAsync(await answer.Content.ReadAsStreamAsync(cancellation), cancellation);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException failed)
        {
            // The runtime's words for a path that does not exist would be about addresses.
            var why = File.Exists(_socket)
                ? failed.InnerException?.Message ?? failed.Message : "there is no such socket";
            throw new SwarmUnreachableException(
                $"no node answered at {_socket}: {why}: is swarmd running, and are you allowed to use it?");
        }

        if (answer.IsSuccessStatusCode) return answer;
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            throw ImageAnswers.Refusal(text, answer.StatusCode, sent: request.Content is not null);
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
