using System.Globalization;
using Swarm.Client;
using Swarm.Core;
using Swarm.Hosts.Databases;
using Swarm.Hosts.Images;
using Swarm.Hosts.Machines;
using Swarm.Hosts.Nodes;

namespace Swarm.Hosts;

/// <summary>Several hosts on one network, each with swarmd, and the database of their journal.</summary>
/// <remarks>Told in docs/testing.md.</remarks>
public sealed class SwarmHosts : IAsyncDisposable
{
    private readonly HostsOptions _options;
    private readonly TestGround _ground = TestGround.Take();
    private readonly NetworkSwitch _network;
    private readonly List<SwarmHost> _hosts = [];
    private readonly Dictionary<SwarmHost, HostDisk> _disks = [];

    private SwarmHosts(HostsOptions options)
    {
        _options = options;
        _network = new NetworkSwitch(_ground);
        Database = new PostgresServer(_ground, _network);
        SharedFolder = Directory.CreateDirectory($"{_ground.Folder}/shared").FullName;
    }

    public IReadOnlyList<SwarmHost> All => _hosts;

    public PostgresServer Database { get; }

    /// <summary>A folder that is the same on all hosts, for what containers bind.</summary>
    public string SharedFolder { get; }

    /// <summary>Knows all hosts of the start as contact points.</summary>
    public SwarmClient Client { get; private set; } = null!; // made by StartAsync, which hands this out

    /// <summary>The host of that number, from 1.</summary>
    public SwarmHost this[int number] => _hosts[number - 1];

    /// <summary>Starts the database and all hosts, and waits until they are one cluster with the image
    /// <c>box</c> on each.</summary>
    public static async Task<SwarmHosts> StartAsync(HostsOptions options)
    {
        var hosts = new SwarmHosts(options);
        try
        {
            await hosts._network.StartAsync();
            await hosts.Database.StartAsync();
            await Certificates.MakeAsync(hosts._ground);
            for (var number = 1; number <= options.Count; number++) hosts.Add();
            await hosts.MakeDisksAsync();
            await Task.WhenAll(hosts.All.Select(host => host.StartAsync()));
            await Task.WhenAll(hosts.All.Select(WelcomeAsync));
            hosts.Client = Connect([.. hosts.All]);
            await hosts.UntilAllReachableAsync();
            return hosts;
        }
        catch (Exception failed)
        {
            var logs = hosts.KeepLogs();
            await hosts.DisposeAsync();
            throw new InvalidOperationException($"{failed.Message}\nlogs: {logs}", failed);
        }
    }

    /// <summary>Adds a host, which is started by its own <see cref="SwarmHost.StartAsync"/> and known after
    /// <see cref="WelcomeAsync"/>.</summary>
    public SwarmHost Add()
    {
        var host = new SwarmHost(_ground, _network, _hosts.Count + 1, _options.Daemon);
        File.WriteAllText(host.SettingsFile, HostSettings.Write(host, Seeds(), Database, _options.AllSettings));
        _hosts.Add(host);
        return host;
    }

    /// <summary>Waits until a host is ready, and gives it the image.</summary>
    public static async Task WelcomeAsync(SwarmHost host)
    {
        await host.ReadyAsync();
        using var images = host.Images();
        await images.LoadAsync(BoxImage.Open());
    }

    /// <summary>A client that knows these hosts only.</summary>
    public static SwarmClient Connect(params SwarmHost[] contacts) => Connect(contacts, TimeSpan.FromSeconds(60));

    /// <inheritdoc cref="Connect(SwarmHost[])"/>
    /// <param name="timeout">How long one request may take.</param>
    public static SwarmClient Connect(
        IReadOnlyList<SwarmHost> contacts, TimeSpan timeout) => SwarmClient.Connect(new SwarmClientOptions
        {
            Contacts = [.. contacts.Select(host => host.Contact)],
            Tls = contacts[0].ClientTls,
            Timeout = timeout,
        });

    /// <summary>Waits until every host that is on is a node that can be reached, and no other one is.</summary>
    public async Task UntilAllReachableAsync()
    {
        var expected = _hosts.Where(host => host.IsOn).Select(host => host.Name).Order().ToList();
        IReadOnlyList<string> found = [];
        await Until.TrueAsync(
            async () =>
            {
                RestartEndedDaemons();
                var nodes = await Client.GetNodesAsync();
                found = [.. nodes.Where(node => node.Reachable).Select(node => node.Node.Name).Order()];
                return found.SequenceEqual(expected);
            },
            () => $"reachable are {string.Join(' ', found)}; expected {string.Join(' ', expected)}");
    }

    /// <summary>What a service manager does on each host.</summary>
    public void RestartEndedDaemons()
    {
        foreach (var host in _hosts) host.RestartDaemonIfEnded();
    }

    /// <summary>The disk of a host's data root, where <see cref="HostsOptions.DiskMebibytes"/> says so.</summary>
    public HostDisk DiskOf(SwarmHost host) => _disks[host];

    /// <summary>The host on which a service is decided.</summary>
    public SwarmHost HolderOf(ServiceName service) => LastToSay($"Service {service} is decided on this node");

    /// <summary>The host on which nodes are chosen for tasks.</summary>
    public SwarmHost Placer() => LastToSay("Pool default is placed on this node");

    /// <summary>The host that is in the cluster for the longest time: the coordinators of shards are there.</summary>
    public SwarmHost Oldest() => _hosts.Where(host => host.IsOn).MinBy(host =>
        new[] { host.LastSaid("No cluster was found"), host.LastSaid("Joining the cluster that") }.Max())!;

    /// <summary>All hosts but these.</summary>
    public IReadOnlyList<SwarmHost> Others(params IEnumerable<SwarmHost> than) => [.. _hosts.Except(than)];

    /// <summary>Cuts every link between hosts of the one side and hosts of the other.</summary>
    public Task PartitionAsync(IReadOnlyCollection<SwarmHost> one, IReadOnlyCollection<SwarmHost> other) =>
        _network.LoseAsync([.. Ways(one, other), .. Ways(other, one)], percent: 100);

    /// <summary>What the first send to the others is lost, and only that.</summary>
    public Task MuteAsync(IReadOnlyCollection<SwarmHost> from, IReadOnlyCollection<SwarmHost> to) =>
        _network.LoseAsync(Ways(from, to), percent: 100);

    /// <summary>This share of all between the hosts of the one side and those of the other is lost, in both
    /// directions.</summary>
    public Task DisturbAsync(
        IReadOnlyCollection<SwarmHost> one, IReadOnlyCollection<SwarmHost> other, int percentLost) =>
        _network.LoseAsync([.. Ways(one, other), .. Ways(other, one)], percentLost);

    /// <summary>Cuts a host off from all other hosts and from the database. The tests still reach it.</summary>
    public async Task CutOffAsync(SwarmHost host)
    {
        await PartitionAsync([host], Others(host));
        await CutFromDatabaseAsync(host);
    }

    public Task CutFromDatabaseAsync(params SwarmHost[] hosts) => _network.LoseAsync(
        hosts.SelectMany(host =>
            new[] { (host.Number, PostgresServer.Number), (PostgresServer.Number, host.Number) }),
        percent: 100);

    /// <summary>From now on every host's link carries so much in each direction at most.</summary>
    /// <param name="megabits">Each second.</param>
    public async Task LimitLinksAsync(int megabits)
    {
        foreach (var host in _hosts) await LimitLinkAsync(host, megabits);
    }

    /// <summary>From now on, until its power goes, a host's link carries so much in each direction at most.</summary>
    /// <param name="megabits">Each second.</param>
    public async Task LimitLinkAsync(SwarmHost host, int megabits)
    {
        await host.RunAsync(["tc", .. NetworkSwitch.Shaping("eth0", megabits)]);
        await _network.LimitAsync(host.Number, megabits);
    }

    /// <summary>Mends every link.</summary>
    public Task HealAsync() => _network.HealAsync();

    /// <summary>Mends all that an earlier story may have broken, waits until it is whole, and removes what a story
    /// that failed has left.</summary>
    public async Task RestoreAsync()
    {
        await HealAsync();
        if (!Database.IsOn) await Database.StartAsync();
        foreach (var host in _hosts)
        {
            if (host.IsFrozen) await host.ThawAsync();
            if (!host.IsOn) await host.StartAsync();
            else if (host.DaemonPid is null) host.StartDaemon();
        }

        await Task.WhenAll(_hosts.Select(host => host.ReadyAsync()));
        await UntilAllReachableAsync();
        foreach (var service in await Client.GetServicesAsync()) await Client.RemoveAsync(service.Name);
        await Until.TrueAsync(
            async () => (await Client.GetServicesAsync()).IsEmpty, () => "services that were removed are listed still");
    }

    /// <summary>Copies all logs to where they outlive the hosts.</summary>
    /// <returns>The folder.</returns>
    public string KeepLogs()
    {
        var now = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
        var folder = $"{Repository.Root}/artifacts/test-results/hosts/{now}-{_ground.Name[^6..]}";
        Directory.CreateDirectory(folder);
        foreach (var host in _hosts.Where(host => File.Exists(host.LogFile)))
            File.Copy(host.LogFile, $"{folder}/{host.Name}.log", overwrite: true);
        if (File.Exists(Database.LogFile)) File.Copy(Database.LogFile, $"{folder}/postgres.log", overwrite: true);
        return folder;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Client is not null) await Client.DisposeAsync();
        await Task.WhenAll(_hosts.Select(host => host.PowerOffAsync()));
        await Database.DisposeAsync();
        await _network.StopAsync();
        foreach (var disk in _disks.Values) await disk.RemoveAsync();
        _ground.Dispose();
    }

    private async Task MakeDisksAsync()
    {
        if (_options.DiskMebibytes is not { } size) return;
        foreach (var host in _hosts)
            _disks[host] = await HostDisk.MakeAsync($"{host.Folder}/disk", host.DataRoot, size);
    }

    private SwarmHost LastToSay(string text) =>
        _hosts.Where(host => host.LastSaid(text) is not null).MaxBy(host => host.LastSaid(text))
            ?? throw new InvalidOperationException($"no host has said: {text}");

    /// <summary>The first three of the start; a host that is added later seeks them, too.</summary>
    private IEnumerable<string> Seeds() =>
        Enumerable.Range(1, Math.Min(3, _options.Count))
            .Select(number => $"{_ground.Address(number)}:{SwarmHost.Port}");

    private static IEnumerable<(int From, int To)> Ways(
        IReadOnlyCollection<SwarmHost> from, IReadOnlyCollection<SwarmHost> to) =>
        from.SelectMany(one => to.Select(other => (one.Number, other.Number)));
}
