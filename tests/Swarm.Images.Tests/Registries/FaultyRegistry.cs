using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Swarm.Core.Images;

namespace Swarm.Images.Tests.Registries;

/// <summary>A registry of one image, on loopback, that does wrong what a test wants it to.</summary>
internal sealed class FaultyRegistry : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Dictionary<string, byte[]> _blobs = [];

    private FaultyRegistry(WebApplication application) => _application = application;

    /// <summary>Asked first, with which request of its path it is, from 1; true where it has answered.</summary>
    public Func<HttpContext, int, Task<bool>> Fault { get; set; } = (_, _) => Task.FromResult(false);

    public ConcurrentQueue<(string Method, string Path, string Authorization, string Range)> Requests { get; } = new();

    public string Host { get; private set; } = "";

    public string Image => $"{Host}/faulty/image:1";

    public Digest Layer => Layers[0];

    public ImmutableArray<Digest> Layers { get; private set; } = [];

    public Digest Config { get; private set; }

    public byte[] LayerContent => _blobs[Layer.Value];

    public byte[] Manifest { get; set; } = [];

    public string BlobPath => PathOf(Layer);

    public static Task<FaultyRegistry> StartAsync(params byte[][] layers) =>
        StartAsync(layers, [.. layers.Select(layer => Digest.Of(layer))]);

    /// <param name="diffIds">What the configuration says of the layers.</param>
    public static async Task<FaultyRegistry> StartAsync(byte[][] layers, Digest[] diffIds)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
            kestrel.AllowSynchronousIO = true;
        });
        var registry = new FaultyRegistry(builder.Build());
        registry._application.Run(registry.AnswerAsync);
        registry.Layers = [.. layers.Select(registry.Add)];
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = Manifests.ImagePlatform.Host.Architecture,
            os = "linux",
            config = new { },
            rootfs = new { type = "layers", diff_ids = diffIds.Select(diffId => diffId.Value) },
        });
        registry.Config = registry.Add(config);
        registry.Manifest = registry.Describe();
        await registry._application.StartAsync();
        registry.Host = new Uri(registry._application.Urls.Single()).Authority;
        return registry;
    }

    public int Count(string path) => Requests.Count(request => request.Path == path);

    /// <summary>Answers with a part of the layer, and breaks the connection off.</summary>
    public async Task CutAsync(HttpContext context, int from, int until, Func<Task> before)
    {
        context.Response.StatusCode = from > 0 ? 206 : 200;
        context.Response.ContentLength = LayerContent.Length - from;
        if (from > 0)
            context.Response.Headers.ContentRange = $"bytes {from}-{LayerContent.Length - 1}/{LayerContent.Length}";
        await context.Response.Body.WriteAsync(LayerContent.AsMemory(from, until - from));
        await context.Response.Body.FlushAsync();
        await before();
        context.Abort();
    }

    public static async Task<bool> RefuseAsync(HttpContext context, int status, string body = "")
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body);
        return true;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    public static string PathOf(Digest blob) => $"/v2/faulty/image/blobs/{blob}";

    private byte[] Describe() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        schemaVersion = 2,
        mediaType = "application/vnd.oci.image.manifest.v1+json",
        config = Describe(Config, "application/vnd.oci.image.config.v1+json"),
        layers = Layers.Select(layer => Describe(layer, "application/vnd.oci.image.layer.v1.tar")),
    });

    private object Describe(Digest blob, string mediaType) =>
        new { mediaType, digest = blob.Value, size = _blobs[blob.Value].Length };

    private Digest Add(byte[] blob)
    {
        var digest = Digest.Of(blob);
        _blobs[digest.Value] = blob;
        return digest;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Requests.Enqueue((
            context.Request.Method, path, context.Request.Headers.Authorization.ToString(),
            context.Request.Headers.Range.ToString()));
        if (await Fault(context, Count(path))) return;
        if (path == "/v2/") return;
        if (path.StartsWith("/v2/faulty/image/manifests/", StringComparison.Ordinal))
        {
            context.Response.ContentType = "application/vnd.oci.image.manifest.v1+json";
            await context.Response.Body.WriteAsync(Manifest);
        }
        else if (_blobs.TryGetValue(path[(path.LastIndexOf('/') + 1)..], out var blob))
        {
            var from = context.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0;
            if (from > 0)
            {
                context.Response.StatusCode = 206;
                context.Response.Headers.ContentRange = $"bytes {from}-{blob.Length - 1}/{blob.Length}";
            }

            context.Response.ContentLength = blob.Length - from;
            await context.Response.Body.WriteAsync(blob.AsMemory((int)from));
        }
        else
        {
            context.Response.StatusCode = 404;
        }
    }
}
