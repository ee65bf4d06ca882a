using System.Diagnostics;
using System.Formats.Tar;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Linux.Cgroups;
using Swarm.Runtime.Networks;
using Xunit.Abstractions;

namespace Swarm.Runtime.Tests;

/// <summary>The engine over the real image store and the real network plane.</summary>
#pragma warning disable CA1001 // xunit disposes of it through IAsyncLifetime.
public sealed class WholeTests(ITestOutputHelper output) : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly string _unique = Guid.NewGuid().ToString("N")[..6];
    private ImageStore _images = null!;
    private BridgeNetworkPlane _networks = null!;
    private ContainerEngine _engine = null!;
    private Digest _image;

    private string Folder => "/tmp/swarmrt-" + _unique;

    public async Task InitializeAsync()
    {
        Host.ExpectTestNamespace();
        Directory.CreateDirectory(Folder + "/run/state");
        Linux.Mounts.Mounting.Tmpfs(Folder + "/run/state", "mode=0711");
        _images = new ImageStore(
            new ImageStoreOptions { Root = Folder + "/images" }, TimeProvider.System, NullLogger<ImageStore>.Instance);
        await OpenAsync();
        new BusyboxImages(Folder + "/made").Prepare();
        var tar = new MemoryStream();
        await TarFile.CreateFromDirectoryAsync(Folder + "/made/lower", tar, includeBaseDirectory: false);
        tar.Position = 0;
        _image = (await _images.ImportAsync(tar, null, new ImageConfiguration { Command = ["sh"] }, default)).Id;
    }

    private async Task OpenAsync()
    {
        _networks = new BridgeNetworkPlane(
            new NetworkOptions
            {
                NamePrefix = "r" + _unique,
                NamespaceFolder = Folder + "/run/netns",
                StateFolder = Folder + "/run/state/net",
                LastingFolder = Folder + "/data/networks",
            },
            TimeProvider.System, NullLogger<BridgeNetworkPlane>.Instance);
        var options = new EngineOptions
        {
            DataRoot = Folder + "/data",
            RunRoot = Folder + "/run",
            CgroupParent = "/swarmrt-" + _unique,
        };
        _engine = new ContainerEngine(options, _images, _networks, TimeProvider.System, NullLoggerFactory.Instance);
        await _engine.OpenAsync(default);
    }

    public async Task DisposeAsync()
    {
        foreach (var container in _engine.List()) await _engine.RemoveAsync(container.Id, default);
        await _engine.DisposeAsync();
        await _networks.DestroyAsync(default);
        await _networks.DisposeAsync();
        _images.Dispose();
        Linux.Mounts.Mounting.Unmount(Folder + "/run/state", detach: true);
        CgroupFiles.OfHost().Remove("/swarmrt-" + _unique);
        while (Linux.Mounts.Mounting.Unmount(Folder + "/run/netns", detach: true))
        {
        }

        Directory.Delete(Folder, recursive: true);
    }

    [Fact]
    public async Task Containers_on_a_bridge_reach_each_other_and_leave_nothing()
    {
        var first = await StartAsync(NetworkMode.Bridge);
        var second = await StartAsync(NetworkMode.Bridge);

        var reached = await _engine.RunCommandAsync(
            first.Id, ["ping", "-c", "1", "-W", "5", second.Endpoints[0].Address], Patience.Seconds(20), default);
        var hosts = await _engine.RunCommandAsync(first.Id, ["cat", "/etc/hosts"], Patience.Seconds(20), default);

        Assert.Equal(0, reached.ExitCode);
        Assert.Contains($"{first.Endpoints[0].Address}\t{first.Id.Short}", hosts.Output, StringComparison.Ordinal);
        await _engine.RemoveAsync(first.Id, default);
        await _engine.RemoveAsync(second.Id, default);
        Assert.DoesNotContain(first.Id.Value, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
        Assert.Empty(_images.WritableLayers());
    }

    [Fact]
    public async Task What_runs_is_put_into_the_networks_of_its_record_after_a_crash_in_between()
    {
        foreach (var name in (string[])["red", "blue", "green"])
            await _engine.Networks.CreateAsync(new NetworkDefinition(name), default);
        var spec = new ContainerSpec
        {
            Image = _image.Value,
            Command = ["sleep", "600"],
            Endpoints = [new EndpointSpec("red"), new EndpointSpec("blue")],
        };
        var id = (await _engine.DefineAsync(EngineFixture.Define(spec), default)).Id;
        await _engine.StartAsync(id, default);
        // Half of a connection, and half of the contrary.
        await _networks.DisconnectAsync(id, "blue", default);
        await _networks.ConnectAsync(id, new EndpointSpec("green"), default);

        await _engine.DisposeAsync();
        await _networks.DisposeAsync();
        await OpenAsync();

        Assert.Equal(["red", "blue"], _engine.Find(id)!.Endpoints.Select(endpoint => endpoint.Network));
        Assert.Equal(["red", "blue"], _engine.Names.Find(id)!.Endpoints.Select(endpoint => endpoint.Network));
        var devices = await _engine.RunCommandAsync(id, ["ls", "/sys/class/net"], Patience.Seconds(20), default);
        Assert.Equal(3, devices.Output.Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries).Length);
        await _engine.Networks.RemoveAsync("green", default);
        await Assert.ThrowsAsync<ContainerException>(() => _engine.Networks.RemoveAsync("red", default));
    }

    [Fact]
    public async Task One_that_is_in_no_network_leaves_that_to_join_others_for_this_run_and_the_next()
    {
        var other = await StartAsync(NetworkMode.Bridge);
        var spec = EngineFixture.Shell("sleep 600") with { PinnedImage = _image, NetworkMode = NetworkMode.None };
        var id = (await _engine.DefineAsync(EngineFixture.Define(spec), default)).Id;
        await _engine.StartAsync(id, default);
        Task<CommandResult> ReachAsync() => _engine.RunCommandAsync(
            id, ["ping", "-c", "1", "-W", "5", other.Endpoints[0].Address], Patience.Seconds(20), default);
        await Assert.ThrowsAsync<ContainerException>(
            () => _engine.Networks.ConnectAsync(id, new EndpointSpec("bridge"), default));

        await _engine.Networks.DisconnectAsync(id, "none", default);
        Assert.NotEqual(0, (await ReachAsync()).ExitCode);
        await _engine.Networks.ConnectAsync(id, new EndpointSpec("bridge"), default);
        Assert.Equal(0, (await ReachAsync()).ExitCode);

        _engine.Signal(id, 9);
        using var patience = new CancellationTokenSource(Patience.Seconds(20));
        while ((await _engine.Exits.ReadAsync(patience.Token)).Id != id)
        {
        }

        await _engine.StartAsync(id, default);
        Assert.Equal(0, (await ReachAsync()).ExitCode);
        await _engine.RemoveAsync(id, default);
        Assert.DoesNotContain(id.Value, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Containers_of_a_network_find_each_other_and_their_service_by_name_also_when_the_engine_is_back()
    {
        var db = await StartAsync("db");
        var web = await StartAsync("web");
        async Task<string> LookAsync(string name)
        {
            var looked = await _engine.RunCommandAsync(
                web.Id, ["busybox", "nslookup", name], Patience.Seconds(30), default);
            return looked.Output;
        }

        Assert.Contains($"Address: {db.Endpoints[0].Address}", await LookAsync("db"), StringComparison.Ordinal);
        var resolver = await _engine.RunCommandAsync(
            web.Id, ["cat", "/etc/resolv.conf"], Patience.Seconds(20), default);
        Assert.Contains("nameserver 127.0.0.11\n", resolver.Output, StringComparison.Ordinal);
        Assert.Contains("ndots:0", resolver.Output, StringComparison.Ordinal);

        await _engine.DisposeAsync();
        await _networks.DisposeAsync();
        await OpenAsync();

        Assert.Contains($"Address: {db.Endpoints[0].Address}", await LookAsync("db"), StringComparison.Ordinal);
        var service = await LookAsync("tasks.all");
        Assert.Contains($"Address: {db.Endpoints[0].Address}", service, StringComparison.Ordinal);
        Assert.Contains($"Address: {web.Endpoints[0].Address}", service, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NetworkMode.Bridge)]
    [InlineData(NetworkMode.None)]
    [InlineData(NetworkMode.Host)]
    public async Task Starts_are_measured(NetworkMode mode)
    {
        var times = new List<double>();
        for (var i = 0; i < 15; i++)
        {
            var watch = Stopwatch.StartNew();
            var started = await StartAsync(mode);
            times.Add(watch.Elapsed.TotalMilliseconds);
            Assert.Equal(ContainerPhase.Running, started.Phase);
            await _engine.RemoveAsync(started.Id, default);
        }

        times.Sort();
        output.WriteLine($"MEASURED {mode}: least {times[0]:F1} ms, median {times[7]:F1} ms, most {times[14]:F1} ms");
    }

    private async Task<ContainerState> StartAsync(NetworkMode mode)
    {
        var spec = EngineFixture.Shell("sleep 600") with { PinnedImage = _image, NetworkMode = mode };
        var created = await _engine.CreateAsync(EngineFixture.Define(spec), default);
        return await _engine.StartAsync(created.Id, default);
    }

    private async Task<ContainerState> StartAsync(string name)
    {
        var spec = EngineFixture.Shell("sleep 600") with
        {
            PinnedImage = _image,
            NetworkMode = NetworkMode.Bridge,
            Networks = ["n" + _unique],
        };
        var created = await _engine.CreateAsync(
            EngineFixture.Define(spec) with { Name = name, SharedNames = ["all", "tasks.all"] }, default);
        return await _engine.StartAsync(created.Id, default);
    }
}
