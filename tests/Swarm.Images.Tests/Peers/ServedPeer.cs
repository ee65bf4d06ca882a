using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core.Images;
using Swarm.Images.Peers;
using Swarm.Images.Registry;

namespace Swarm.Images.Tests.Peers;

/// <summary>A node with a store that gives what it has to others over loopback, and does wrong what a test wants it
/// to.</summary>
internal sealed class ServedPeer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly SocketsHttpHandler _handler = new() { UseProxy = false };
    private readonly ImageRegistries _registries;
    private bool _isDown;

    private ServedPeer(string name, OtherPeers others, WebApplication application)
    {
        (Name, _application) = (name, application);
        Home = new StoreHome();
        _registries = new ImageRegistries(
            Home.Store, new RegistryOptions(), TimeProvider.System, NullLogger<ImageRegistries>.Instance);
        Images = Open(others);
    }

    public string Name { get; }

    public StoreHome Home { get; }

    public PeerImages Images { get; private set; }

    public RecordedLog Log { get; } = new();

    /// <summary>Asked first; true where it has answered.</summary>
    public Func<HttpContext, Task<bool>> Fault { get; set; } = _ => Task.FromResult(false);

    /// <summary>Whether it lists what is known by a digest, and not all it has.</summary>
    public bool KnowsDigests { get; set; } = true;

    /// <summary>Which piece of which blob was sent, in order.</summary>
    public ConcurrentQueue<(string Digest, int Piece)> Sent { get; } = new();

    public Peer Peer { get; private set; } = null!; // set by StartAsync, the only way to make one

    public static async Task<ServedPeer> StartAsync(string name, OtherPeers others)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var served = new ServedPeer(name, others, builder.Build());
        served._application.Run(served.AnswerAsync);
        await served._application.StartAsync();
        served.Peer = new Peer(name, new Uri(served._application.Urls.Single()));
        others.Add(served.Peer);
        return served;
    }

    public async Task<Digest> LoadAsync(params byte[][] layers) =>
        (await Home.Store.LoadAsync(new MemoryStream(DockerArchives.Make(layers, "own:1")), default))[0].Id;

    /// <summary>As swarmd does after a crash: nothing is known but what is on the disk.</summary>
    public void Restart(OtherPeers others)
    {
        Images.Dispose();
        Images = Open(others);
    }

    /// <summary>Fetches an image from those that say they have it.</summary>
    public Task FetchAsync(Digest id, CancellationToken cancellation = default) =>
        FetchAsync(id, _ => { }, cancellation);

    public async Task FetchAsync(Digest id, Action<TransferStep> tell, CancellationToken cancellation) =>
        await Images.PullAsync(await Images.FindAsync(id, cancellation), [], tell, cancellation);

    /// <summary>Nobody reaches it from now on.</summary>
    public void GoDown() => _isDown = true;

    public async ValueTask DisposeAsync()
    {
        Images.Dispose();
        _registries.Dispose();
        _handler.Dispose();
        await _application.DisposeAsync();
        Home.Dispose();
    }

    private PeerImages Open(OtherPeers others) => new(
        Home.Store, _registries, others.Than(Name), _handler,
        new PeerOptions
        {
            PatienceMax = TimeSpan.FromSeconds(2),
            LookEvery = TimeSpan.FromMilliseconds(20),
            SlowAfter = TimeSpan.FromMilliseconds(300),
        },
        TimeProvider.System, Log);

    private async Task AnswerAsync(HttpContext context)
    {
        if (_isDown)
        {
            context.Abort();
            return;
        }

        if (await Fault(context)) return;
        var parts = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var digest = new Digest(parts.ElementAtOrDefault(2) ?? context.Request.Query["digest"].ToString());
        switch (parts)
        {
            case [_, "images"]:
                await WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(
                    [.. Images.Shared.ListImages(KnowsDigests ? digest : null)], PeerJson.Default.ImageOfferArray));
                break;
            case [_, "images", _] when Images.Shared.FindImage(digest) is { } image:
                await WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(image, PeerJson.Default.ImageOffer));
                break;
            case [_, "manifests", _] when Images.Shared.FindManifest(
                ImageReference.Parse(context.Request.Query["repository"].ToString()), digest) is { } manifest:
                await WriteAsync(
                    context, JsonSerializer.SerializeToUtf8Bytes(manifest, PeerJson.Default.ManifestOffer));
                break;
            case [_, "blobs", _] when await Images.Shared.DescribeAsync(
                    digest, context.Request.Query["sums"] != "0", context.RequestAborted) is { } offer:
                await WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(offer, PeerJson.Default.BlobOffer));
                break;
            case [_, "blobs", _, "doubt"]:
                await Images.Shared.DoubtAsync(digest, context.RequestAborted);
                context.Response.StatusCode = 204;
                break;
            case [_, "blobs", _, "pieces", var piece]
                when Images.Shared.OpenPiece(digest, int.Parse(piece)) is { } open:
                using (open)
                {
                    context.Response.ContentLength = open.Length;
                    await context.Response.StartAsync(context.RequestAborted);
                    await open.CopyToAsync(context.Response.BodyWriter, context.RequestAborted);
                    Sent.Enqueue((digest.Value, int.Parse(piece)));
                }

                break;
            default: context.Response.StatusCode = 404; break;
        }
    }

    private static async Task WriteAsync(HttpContext context, byte[] content)
    {
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content);
    }

    /// <summary>Which warnings and errors there were.</summary>
    internal sealed class RecordedLog : ILogger<PeerImages>
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning) Lines.Enqueue(formatter(state, exception));
        }
    }
}
