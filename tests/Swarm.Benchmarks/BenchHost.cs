using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Runtime;
using Swarm.Runtime.Networks;

namespace Swarm.Benchmarks;

/// <summary>The engine of one host, in folders of its own, with an image of a static busybox;
/// nothing of it is left behind.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("swarm-bench-").FullName;

    // As in swarmd: what does not survive a restart of the host is on a tmpfs.
    private readonly string _state = Directory.CreateDirectory($"/dev/shm/{Path.GetRandomFileName()}").FullName;
    private readonly ImageStore _images;
    private readonly BridgeNetworkPlane _networks;
    private readonly ContainerEngine _engine;

    private BenchHost()
    {
        var prefix = "b" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));
        _images = new ImageStore(
            new ImageStoreOptions { Root = Path.Combine(_root, "images") }, TimeProvider.System,
            NullLogger<ImageStore>.Instance);
        _networks = new BridgeNetworkPlane(
            new NetworkOptions
            {
                NamePrefix = prefix,
                NamespaceFolder = Path.Combine(_state, "n"),
                StateFolder = Path.Combine(_state, "a"),
            },
            TimeProvider.System, NullLogger<BridgeNetworkPlane>.Instance);
        _engine = new ContainerEngine(
            new EngineOptions
            {
                DataRoot = Path.Combine(_root, "data"),
                RunRoot = _state,
                CgroupParent = "/swarm-" + prefix,
            },
            _images, _networks, TimeProvider.System, NullLoggerFactory.Instance);
    }

    public ContainerEngine Engine => _engine;

    public static async Task<BenchHost> OpenAsync()
    {
        var host = new BenchHost();
        await host._engine.OpenAsync(CancellationToken.None);
        using var tar = new MemoryStream(await BusyboxImage.TarAsync());
        await host._images.ImportAsync(
            tar, ImageReference.Parse("bench"), new ImageConfiguration { Command = ["/bin/sh"] },
            CancellationToken.None);
        return host;
    }

    /// <summary>A container that says one word and stays.</summary>
    public static ContainerDefinition Talker(NetworkMode network)
    {
        var id = new ContainerId(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        return new ContainerDefinition(id, "bench-" + id.Short, new ContainerSpec
        {
            Image = "bench",
            Command = ["/bin/busybox", "sh", "-c", "echo up; exec /bin/busybox sleep 1000"],
            NetworkMode = network,
            Limits = new ResourceLimits(new MilliCpu(2000), Bytes.FromMebibytes(64), Pids: 64),
        });
    }

    /// <summary>From the order to create it until the first byte of its output can be read.</summary>
    public async Task StartUntilFirstByteAsync(ContainerDefinition definition)
    {
        await _engine.CreateAsync(definition, CancellationToken.None);
        await _engine.StartAsync(definition.Id, CancellationToken.None);
        using var log = _engine.OpenLog(definition.Id);
        while ((await log.ReadAsync(position: null, tail: null, maxBytes: 100, CancellationToken.None)).Entries.IsEmpty)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(0.2), TimeProvider.System);
        }
    }

    public async Task RemoveAsync(IEnumerable<ContainerId> ids) =>
        await Task.WhenAll(ids.Select(id => _engine.RemoveAsync(id, CancellationToken.None)).ToImmutableArray());

    public async ValueTask DisposeAsync()
    {
        await _engine.DestroyAsync(CancellationToken.None);
        await _networks.DestroyAsync(CancellationToken.None);
        await _engine.DisposeAsync();
        await _networks.DisposeAsync();
        _images.Dispose();
        Directory.Delete(_root, recursive: true);
        Directory.Delete(_state, recursive: true);
    }
}
