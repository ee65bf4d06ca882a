using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Api.Images;
using Swarm.Api.Registry;
using Swarm.Api.Registry.Access;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Repositories;
using Swarm.Runtime.Images;

namespace Swarm.Api.Tests.Registry;

/// <summary>The registry of a node over a real store, on a port of the loopback, and a client of it.</summary>
internal sealed class ServedRegistry : IAsyncDisposable, IImageNames
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-served-").FullName;
    private readonly WebApplication _application;

    private ServedRegistry(Settings settings)
    {
        Store = new ImageStore(
            new ImageStoreOptions { Root = StoreRoot }, settings.Time,
            NullLogger<ImageStore>.Instance);
        Repositories = new NodeRegistry(
            Store, settings.Options, settings.Time, NullLogger<NodeRegistry>.Instance);
        Origin = new FakeTaskImages(Store);
        var images = new HostImages(Store, new FakeRegistries(), new FakeContainerEngine(), Others);
        var registry = new HostRegistry(
            Repositories, images, Origin, new PullThroughOptions(settings.PullThrough), CancellationToken.None);
        if (settings.Users.Length > 0) File.WriteAllText(UsersFile, settings.Users);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
        });
        _application = builder.Build();
        _application.UseRouting();
        Routes = new NodeRegistryRoutes(
            registry, this, settings.Access with { UsersFile = settings.Users.Length > 0 ? UsersFile : null },
            settings.Time, NullLoggerFactory.Instance);
        Routes.Map(_application);
    }

    public NodeRegistryRoutes Routes { get; }

    public string StoreRoot => Path.Combine(_folder, "store");

    public ImageStore Store { get; }

    public NodeRegistry Repositories { get; }

    public FakeTaskImages Origin { get; }

    public FakeClusterImages Others { get; } = new();

    public string UsersFile => Path.Combine(_folder, "users");

    /// <summary>What the cluster was told.</summary>
    public ConcurrentDictionary<string, Digest> Meanings { get; } = new();

    public HttpClient Client { get; private set; } = null!; // set by StartAsync, the only way to make one

    public static async Task<ServedRegistry> StartAsync(Settings? settings = null)
    {
        var served = new ServedRegistry(settings ?? new Settings());
        await served._application.StartAsync();
        var address = served._application.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        served.Client = new HttpClient { BaseAddress = new Uri(address) };
        return served;
    }

    /// <summary>By which manifests names were given, as the cluster was told.</summary>
    public ConcurrentDictionary<string, Digest?> Given { get; } = new();

    public Task<string?> NameAsync(
        ImageReference name, Digest image, Digest? manifest, CancellationToken cancellation)
    {
        Meanings[name.ToString()] = image;
        Given[name.ToString()] = manifest;
        return Task.FromResult(WhyUntold(name));
    }

    /// <summary>Why the cluster cannot be told of a name; null when it can.</summary>
    public Func<ImageReference, string?> WhyUntold { get; set; } = _ => null;

    public Task<string?> UnnameAsync(ImageReference name, Digest image, CancellationToken cancellation)
    {
        Meanings.TryRemove(KeyValuePair.Create(name.ToString(), image));
        return Task.FromResult<string?>(null);
    }

    /// <summary>Whether the cluster has heard of everything.</summary>
    public bool IsHeard { get; set; } = true;

    public bool IsKept(ImageReference name) => IsHeard;

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>Begins an upload.</summary>
    /// <returns>Where it goes on.</returns>
    public async Task<string> BeginAsync(string repository)
    {
        using var begun = await SendAsync(HttpMethod.Post, $"/v2/{repository}/blobs/uploads/");
        Assert.Equal(202, (int)begun.StatusCode);
        return begun.Headers.Location!.OriginalString;
    }

    public async Task<Digest> PushBlobAsync(string repository, byte[] content)
    {
        var digest = Digest.Of(content);
        using var pushed = await SendAsync(
            HttpMethod.Post, $"/v2/{repository}/blobs/uploads/?digest={digest}", new ByteArrayContent(content));
        Assert.Equal(201, (int)pushed.StatusCode);
        return digest;
    }

    public Task<HttpResponseMessage> PutManifestAsync(
        string repository, string reference, byte[] manifest, string type = Artifact.ManifestType)
    {
        var body = new ByteArrayContent(manifest);
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        return SendAsync(HttpMethod.Put, $"/v2/{repository}/manifests/{reference}", body);
    }

    /// <summary>Pushes all that a thing is made of, and makes a tag mean it.</summary>
    public async Task<HttpResponseMessage> PushAsync(string repository, string reference, Artifact artifact)
    {
        foreach (var blob in artifact.Blobs) await PushBlobAsync(repository, blob);
        return await PutManifestAsync(repository, reference, artifact.Manifest);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.DisposeAsync();
        Store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>How the registry of one test is.</summary>
    internal sealed record Settings
    {
        public NodeRegistryOptions Options { get; init; } = new() { DiskReserve = Core.Bytes.Zero };

        public RegistryAccessOptions Access { get; init; } = new();

        public System.Collections.Immutable.ImmutableArray<string> PullThrough { get; init; } = [];

        public TimeProvider Time { get; init; } = TimeProvider.System;

        /// <summary>What stands in the file of users.</summary>
        public string Users { get; init; } = "";

        /// <summary>Nobody is trusted, and these users have these rights.</summary>
        public static Settings With(params string[] rights) => new()
        {
            Users = "ann:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"
                + "bob:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n",
            Access = new RegistryAccessOptions
            {
                TrustsLoopback = false,
                Rights = [.. rights.Select(RegistryRight.Parse)],
            },
        };
    }

    public static string Basic(string user, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
}
