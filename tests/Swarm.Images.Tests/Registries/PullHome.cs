using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core.Images;
using Swarm.Images.Registry;

namespace Swarm.Images.Tests.Registries;

/// <summary>A store for one test that pulls and pushes, and what it was told meanwhile.</summary>
internal sealed class PullHome : IDisposable
{
    private readonly StoreHome _home = new();

    public PullHome(RegistryOptions? options = null) => Registries = new ImageRegistries(
        _home.Store,
        options ?? new RegistryOptions { RetryDelay = TimeSpan.FromMilliseconds(1) }, TimeProvider.System,
        NullLogger<ImageRegistries>.Instance);

    public ImageRegistries Registries { get; }

    public ImageStore Store => _home.Store;

    public StoreHome Home => _home;

    public ConcurrentQueue<TransferStep> Steps { get; } = new();

    /// <summary>Called with each step, after it was noted.</summary>
    public Action<TransferStep> Told { get; set; } = _ => { };

    public IEnumerable<string> Statuses => Steps.Select(step => step.Status);

    public Task<PulledImage> PullAsync(
        string name, RegistryCredentials? credentials = null, string? platform = null, Digest? pinned = null,
        CancellationToken cancellation = default) =>
        Registries.PullAsync(
            ImageReference.Parse(name), platform, pinned, credentials ?? RegistryCredentials.None, Tell,
            cancellation);

    public Task<PushedImage> PushAsync(string name, RegistryCredentials? credentials = null) =>
        Registries.PushAsync(
            ImageReference.Parse(name), credentials ?? RegistryCredentials.None, Steps.Enqueue, default);

    /// <summary>Loads an image of these layers.</summary>
    public async Task<Digest> LoadAsync(string name, params byte[][] layers) =>
        (await Store.LoadAsync(new MemoryStream(DockerArchives.Make(layers, name)), default))[0].Id;

    private void Tell(TransferStep step)
    {
        Steps.Enqueue(step);
        Told(step);
    }

    public void Dispose()
    {
        Registries.Dispose();
        _home.Dispose();
    }
}
