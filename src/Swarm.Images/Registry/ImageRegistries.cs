using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Manifests;

namespace Swarm.Images.Registry;

/// <inheritdoc cref="IImageRegistries"/>
public sealed partial class ImageRegistries : IImageRegistries, IDisposable
{
    private const string DockerHub = "docker.io";

    private readonly ImageStore _store;
    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ImageRegistries> _logger;
    private readonly RegistryWeb _web;
    private readonly BlobFetches _fetches;
    private readonly SemaphoreSlim _uploads;

    public ImageRegistries(
        ImageStore store, RegistryOptions options, TimeProvider time, ILogger<ImageRegistries> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_store, _options, _time, _logger) = (store, options, time, logger);
        _web = new RegistryWeb(options, time);
        _fetches = new BlobFetches(store, options);
        _uploads = new SemaphoreSlim(Math.Max(1, options.ParallelUploads));
    }

    /// <summary>All blobs that come to this host, wherever they come from.</summary>
    internal BlobFetches Fetches => _fetches;

    /// <inheritdoc/>
    public async Task<PulledImage> PullAsync(
        ImageReference name, string? platform, Digest? pinned, RegistryCredentials credentials,
        Action<TransferStep> tell, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        var wanted = string.IsNullOrEmpty(platform) ? ImagePlatform.Host : ImagePlatform.Parse(platform);
        var pulled = await AtRegistryAsync(
            name.Registry, credentials, RegistryConnection.ScopeOf(name, forPush: false), withMirrors: true,
            registry => new ImagePull(_store, _fetches, registry, name, tell).RunAsync(wanted, pinned, cancellation),
            cancellation);
        LogPulled(name, pulled.Id, pulled.Digest);
        return pulled;
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> ListTagsAsync(
        ImageReference repository, RegistryCredentials credentials, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return AtRegistryAsync(
            repository.Registry, credentials, RegistryConnection.ScopeOf(repository, forPush: false),
            withMirrors: true, registry => new TagList(registry, repository).ReadAsync(cancellation), cancellation);
    }

    /// <inheritdoc/>
    public async Task<PushedImage> PushAsync(
        ImageReference name, RegistryCredentials credentials, Action<TransferStep> tell,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        var (image, hold) = _store.HoldWhole(name.ToString());
        using (hold)
        {
            var pushed = await AtRegistryAsync(
                name.Registry, credentials, RegistryConnection.ScopeOf(name, forPush: true), withMirrors: false,
                registry => new ImagePush(_store, _uploads, registry, name, tell).RunAsync(image, cancellation),
                cancellation);
            LogPushed(name, pushed.Id, pushed.Digest);
            return pushed;
        }
    }

    /// <inheritdoc/>
    public async Task<string> LogInAsync(
        string registry, RegistryCredentials credentials, CancellationToken cancellation)
    {
        var connected = await ConnectAsync(
            registry, credentials, scope: "", forLogin: true, cancellation);
        return connected.Authorization.IdentityToken;
    }

    /// <inheritdoc/>
    public Task<RemoteImage> DescribeAsync(
        ImageReference name, RegistryCredentials credentials, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        return AtRegistryAsync(
            name.Registry, credentials, RegistryConnection.ScopeOf(name, forPush: false), withMirrors: true,
            registry => new RemoteLook(registry, name).DescribeAsync(cancellation), cancellation);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<FoundRepository>> SearchAsync(
        string term, int limit, RegistryCredentials credentials, CancellationToken cancellation) =>
        new RepositorySearch(_web, _options).RunAsync(term, limit, credentials, cancellation);

    public void Dispose()
    {
        _web.Dispose();
        _fetches.Dispose();
        _uploads.Dispose();
    }

    /// <summary>Does something at the first place of a registry that is there; what a mirror lacks is asked for
    /// behind it.</summary>
    private async Task<T> AtRegistryAsync<T>(
        string registry, RegistryCredentials credentials, string scope, bool withMirrors,
        Func<RegistryConnection, Task<T>> work, CancellationToken cancellation)
    {
        if (withMirrors && registry == DockerHub)
        {
            foreach (var mirror in RegistryEndpoint.Of(registry, _options, withMirrors).Where(one => one.IsMirror))
            {
                try
                {
                    // Who has an account at Docker Hub has none here.
                    var at = await ConnectAsync([mirror], RegistryCredentials.None, scope, false, cancellation);
                    return await work(at.Connection);
                }
                catch (RegistryException lacking)
                {
                    LogMirrorPassed(mirror.Root, lacking.Message);
                }
            }
        }

        var connected = await ConnectAsync(registry, credentials, scope, forLogin: false, cancellation);
        return await work(connected.Connection);
    }

    private Task<Connected> ConnectAsync(
        string registry, RegistryCredentials credentials, string scope, bool forLogin,
        CancellationToken cancellation) =>
        ConnectAsync(
            RegistryEndpoint.Of(registry, _options, withMirrors: false), credentials, scope, forLogin, cancellation);

    private async Task<Connected> ConnectAsync(
        ImmutableArray<RegistryEndpoint> endpoints, RegistryCredentials credentials, string scope, bool forLogin,
        CancellationToken cancellation)
    {
        UnavailableException? last = null;
        foreach (var endpoint in endpoints)
        {
            var authorization = new RegistryAuthorization(endpoint, credentials, _web);
            var connection = new RegistryConnection(endpoint, authorization, _web, _options, _time);
            try
            {
                await connection.GreetAsync(scope, forLogin, cancellation);
                return new Connected(connection, authorization);
            }
            catch (UnavailableException lost)
            {
                last = lost;
            }
        }

        throw new RegistryException(RegistryFault.Unavailable, last!.Message, last);
    }

    private sealed record Connected(RegistryConnection Connection, RegistryAuthorization Authorization);

    [LoggerMessage(LogLevel.Information, "Pulled {Image}: image {Id}, digest {Digest}")]
    private partial void LogPulled(ImageReference image, Digest id, Digest digest);

    [LoggerMessage(LogLevel.Information, "Pushed {Image}: image {Id}, digest {Digest}")]
    private partial void LogPushed(ImageReference image, Digest id, Digest digest);

    [LoggerMessage(LogLevel.Information, "The mirror {Mirror} was passed over: {Reason}")]
    private partial void LogMirrorPassed(Uri mirror, string reason);
}
