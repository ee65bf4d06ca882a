using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Swarm.Core.Images;

namespace Swarm.Images.Peers;

/// <summary>Single requests to other nodes.</summary>
internal sealed class PeerWeb(HttpMessageHandler handler, PeerOptions options, TimeProvider time) : IDisposable
{
    // Offers of a blob of 64 GiB have one; what is longer is none.
    private const int DocumentBytesMax = 4 * 1024 * 1024;

    // A node that has never summed up a large blob does it when it is asked first.
    private static readonly TimeSpan SummingMax = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(3);

    // A node that was started again knows nothing of the connections that are kept here: each try uses up four of them.
    private const int AskTries = 4;

    private readonly HttpClient _client = new(handler, disposeHandler: false)
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "swarm" } },
    };

    /// <summary>What a node has of a blob.</summary>
    /// <returns>Null when it has nothing of it.</returns>
    /// <exception cref="PeerException">It does not answer, or something else.</exception>
    public Task<BlobOffer?> AskBlobAsync(
        Peer peer, Digest digest, bool withSums, CancellationToken cancellation) =>
        AskAsync(
            peer, $"/peer/blobs/{digest}{(withSums ? "" : "?sums=0")}", PeerJson.Default.BlobOffer,
            withSums ? SummingMax : AnswerMax, cancellation);

    /// <summary>Tells a node that what it gave of a blob was something else. It may not know what that means.</summary>
    /// <exception cref="PeerException">It does not answer: it may be summing the blob up.</exception>
    public async Task DoubtBlobAsync(Peer peer, Digest digest, CancellationToken cancellation)
    {
        var path = $"/peer/blobs/{digest}/doubt";
        using var deadline = new Deadline(AnswerMax, time, cancellation);
        using var response = await WithinAsync(peer, path, deadline, token => SendAsync(
            new HttpRequestMessage(HttpMethod.Post, new Uri(peer.Address, path)), token));
    }

    /// <summary>Whether a node has an image.</summary>
    /// <returns>Null when it has not.</returns>
    /// <exception cref="PeerException">It does not answer, or something else.</exception>
    public Task<ImageOffer?> AskImageAsync(Peer peer, Digest id, CancellationToken cancellation) =>
        AskAsync(peer, $"/peer/images/{id}", PeerJson.Default.ImageOffer, AnswerMax, cancellation);

    /// <summary>What a node has of a manifest, in the repository of its name.</summary>
    /// <returns>Null when it has it not there, or does not know that it can be asked.</returns>
    /// <exception cref="PeerException">It does not answer, or something else.</exception>
    public Task<ManifestOffer?> AskManifestAsync(Peer peer, ImageReference name, CancellationToken cancellation) =>
        AskAsync(
            peer, $"/peer/manifests/{name.Digest}?repository={Uri.EscapeDataString(name.Repository)}",
            PeerJson.Default.ManifestOffer, AnswerMax, cancellation);

    /// <summary>The images that a node has.</summary>
    /// <param name="known">Only those that have this digest, or a name with it; null for all. A node that does not know
    /// that question tells all.</param>
    /// <exception cref="PeerException">It does not answer, or something else.</exception>
    public async Task<ImageOffer[]> ListImagesAsync(Peer peer, Digest? known, CancellationToken cancellation) =>
        await AskAsync(
            peer, known is { } digest ? $"/peer/images?digest={digest}" : "/peer/images",
            PeerJson.Default.ImageOfferArray, AnswerMax, cancellation) ?? [];

    /// <summary>Brings one piece of a blob.</summary>
    /// <param name="isTooSlow">Whether it is to be given up that comes with so many bytes a second.</param>
    /// <returns>Whether it is what it should be.</returns>
    /// <exception cref="PeerException">It did not come.</exception>
    public async Task<bool> FetchPieceAsync(
        Peer peer, PartialBlob blob, int piece, Func<double, bool> isTooSlow, CancellationToken cancellation)
    {
        var path = $"/peer/blobs/{blob.Digest}/pieces/{piece}";
        var pace = new Pace(options.SlowAfter, time);
        using var deadline = new Deadline(options.SilenceMax, time, cancellation);
        using var response = await WithinAsync(peer, path, deadline, token => SendAsync(peer, path, token));
        if (!response.IsSuccessStatusCode)
            throw new PeerException($"{peer.Name}: {path}: {(int)response.StatusCode} {response.ReasonPhrase}");

        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        return await blob.WriteAsync(
            piece, into => WithinAsync(peer, path, deadline, _ => FillAsync(body, into, deadline, Look)), cancellation);

        void Look(int came)
        {
            if (pace.Look(came) is not { } bytesPerSecond || !isTooSlow(bytesPerSecond)) return;
            throw new PeerException($"{peer.Name}: {path}: only {bytesPerSecond:0.#} bytes came in a second")
            {
                IsSlow = true,
            };
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<T?> AskAsync<T>(
        Peer peer, string path, JsonTypeInfo<T> type, TimeSpan answerMax, CancellationToken cancellation)
        where T : class
    {
        using var deadline = new Deadline(answerMax, time, cancellation);
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await WithinAsync(peer, path, deadline, ReadAsync);
            }
            catch (PeerException) when (tries < AskTries && !deadline.IsOver)
            {
            }
        }

        async Task<T?> ReadAsync(CancellationToken token)
        {
            using var response = await SendAsync(peer, path, token);
            if (response.StatusCode == HttpStatusCode.NotFound) return null;
            response.EnsureSuccessStatusCode();
            if (response.Content.Headers.ContentLength is not (>= 0 and <= DocumentBytesMax))
                throw new HttpRequestException("the answer is too long, or does not say how long it is");
            await using var body = await response.Content.ReadAsStreamAsync(token);
            return await JsonSerializer.DeserializeAsync(body, type, token);
        }
    }

    // What comes is small, a record of TLS at a time: it is collected before anything is done with it.
    private static async Task<int> FillAsync(Stream body, Memory<byte> into, Deadline deadline, Action<int> look)
    {
        var filled = 0;
        while (filled < into.Length && await body.ReadAsync(into[filled..], deadline.Token) is > 0 and var read)
        {
            filled += read;
            deadline.PutOff();
            look(read);
        }

        return filled;
    }

    private Task<HttpResponseMessage> SendAsync(Peer peer, string path, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(peer.Address, path)), cancellation);

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);

    private static async Task<T> WithinAsync<T>(
        Peer peer, string path, Deadline deadline, Func<CancellationToken, Task<T>> part)
    {
        try
        {
            return await part(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            throw new PeerException($"{peer.Name}: {path}: nothing came for {deadline.Span.TotalSeconds:0.#} s");
        }
        catch (Exception lost) when (
            lost is HttpRequestException or IOException or JsonException && lost is not PeerException)
        {
            throw new PeerException($"{peer.Name}: {path}: {lost.GetBaseException().Message}", lost);
        }
    }
}
