using System.Formats.Tar;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Linux.Cgroups;
using Swarm.Linux.Users;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Users;

/// <summary>An engine that maps users, over the real image store and the real networks.</summary>
#pragma warning disable CA1001 // xunit disposes of it through IAsyncLifetime.
public sealed class MappedFixture : IAsyncLifetime
#pragma warning restore CA1001
{
    internal const uint First = 300000;

    private readonly string _unique = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));
    private readonly string _pool = $"10.{RandomNumberGenerator.GetInt32(100, 250)}.0.0/16";
    private BridgeNetworkPlane _networks = null!;

    internal static IdMap Map { get; } = new([new IdRange(0, First, 65536)], [new IdRange(0, First, 65536)]);

    internal static ContainerSpec Sleep { get; } = EngineFixture.Shell("sleep 600");

    internal string Folder => "/tmp/swarmrt-" + _unique;

    internal ImageStore Images { get; private set; } = null!;

    internal ContainerEngine Engine { get; private set; } = null!;

    internal Digest Image { get; private set; }

    internal EngineOptions Options => new()
    {
        DataRoot = Folder + "/data",
        RunRoot = Folder + "/run",
        CgroupParent = "/swarmrt-" + _unique,
        Users = Map,
    };

    public async Task InitializeAsync()
    {
        Host.ExpectTestNamespace();
        Directory.CreateDirectory(Folder + "/run/state");
        File.SetUnixFileMode(Folder, (UnixFileMode)0x1c9);
        Linux.Mounts.Mounting.Tmpfs(Folder + "/run/state", "mode=0711");
        Images = new ImageStore(
            new ImageStoreOptions { Root = Folder + "/images" }, TimeProvider.System, NullLogger<ImageStore>.Instance);
        await OpenAsync(Options);
        new BusyboxImages(Folder + "/made").Prepare();
        var tar = new MemoryStream();
        await TarFile.CreateFromDirectoryAsync(Folder + "/made/lower", tar, includeBaseDirectory: false);
        tar.Position = 0;
        Image = (await Images.ImportAsync(tar, null, new ImageConfiguration { Command = ["sh"] }, default)).Id;
    }

    public async Task DisposeAsync()
    {
        foreach (var container in Engine.List()) await Engine.RemoveAsync(container.Id, default);
        await CloseAsync(destroysNetworks: true);
        Images.Dispose();
        Linux.Mounts.Mounting.Unmount(Folder + "/run/state", detach: true);
        CgroupFiles.OfHost().Remove(Options.CgroupParent);
        while (Linux.Mounts.Mounting.Unmount(Folder + "/run/netns", detach: true))
        {
        }

        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Comes back with other settings, as a daemon that was started again.</summary>
    internal async Task ReopenAsync(EngineOptions options)
    {
        await CloseAsync(destroysNetworks: false);
        await OpenAsync(options);
    }

    internal Task<ContainerState> CreateAsync(ContainerSpec spec) =>
        Engine.CreateAsync(EngineFixture.Define(spec with { PinnedImage = spec.PinnedImage ?? Image }), default);

    internal async Task<ContainerState> StartAsync(ContainerSpec spec) =>
        await Engine.StartAsync((await CreateAsync(spec)).Id, default);

    /// <summary>What a script prints that runs in the container as its user and ends well.</summary>
    internal async Task<string> OutputAsync(ContainerState container, string script)
    {
        var result = await RunAsync(container, script);
        Assert.True(result.ExitCode == 0, result.Output);
        return result.Output.Trim();
    }

    internal Task<CommandResult> RunAsync(ContainerState container, string script) => Engine.RunCommandAsync(
        container.Id, ["sh", "-c", script], Patience.Seconds(30), default);

    internal async Task<string> RefusalAsync(ContainerSpec spec) =>
        (await Assert.ThrowsAsync<ContainerException>(() => CreateAsync(spec))).Message;

    /// <summary>The user that a container's first process is for the host.</summary>
    internal static uint UserOnHost(ContainerState container) => uint.Parse(
        File.ReadLines($"/proc/{container.Pid}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal))
            .Split('\t')[1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Owner, as <c>USER:GROUP</c>, of what is at a path of the host.</summary>
    internal static string Owner(string path) => Host.Run("stat", "-c", "%u:%g", path).Trim();

    private async Task OpenAsync(EngineOptions options)
    {
        _networks = new BridgeNetworkPlane(
            new NetworkOptions
            {
                NamePrefix = "u" + _unique[..5],
                NamespaceFolder = Folder + "/run/netns",
                StateFolder = Folder + "/run/state/net",
                LastingFolder = Folder + "/data/networks",
                AddressPool = _pool,
            },
            TimeProvider.System, NullLogger<BridgeNetworkPlane>.Instance);
        Engine = new ContainerEngine(options, Images, _networks, TimeProvider.System, NullLoggerFactory.Instance);
        await Engine.OpenAsync(default);
    }

    private async Task CloseAsync(bool destroysNetworks)
    {
        await Engine.DisposeAsync();
        if (destroysNetworks) await _networks.DestroyAsync(default);
        await _networks.DisposeAsync();
    }
}
