using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Networking;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Networks;

/// <summary>A host of the test's own: a network namespace with its plane, and another one outside of it.</summary>
/// <remarks>The host is 198.51.100.1; outside is 198.51.100.2 and knows no way to any container.</remarks>
internal sealed class TestHost : IAsyncDisposable
{
    internal const string HostAddress = "198.51.100.1";
    internal const string OutsideAddress = "198.51.100.2";

    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-net-").FullName;
    private readonly List<IDisposable> _servers = [];

    private TestHost(NetworkOptions? options, string bridgeNetfilter)
    {
        Here = Path.Combine(_folder, "host");
        Outside = Path.Combine(_folder, "outside");
        Options = (options ?? new NetworkOptions { NamePrefix = "t", NamespaceFolder = "", StateFolder = "" }) with
        {
            NamespaceFolder = Path.Combine(_folder, "netns"),
            StateFolder = Path.Combine(_folder, "state"),
            LastingFolder = Path.Combine(_folder, "lasting"),
            HostNamespace = Here,
        };
        Make(Here);
        Make(Outside);
        In(Here, () => ConnectOutside(bridgeNetfilter));
        Plane = new BridgeNetworkPlane(Options, TimeProvider.System, NullLogger<BridgeNetworkPlane>.Instance);
    }

    internal string Here { get; }

    internal string Outside { get; }

    internal NetworkOptions Options { get; }

    internal BridgeNetworkPlane Plane { get; private set; }

    /// <param name="bridgeNetfilter">1 where bridged packets pass the packet filter too, as most hosts with Docker
    /// have it.</param>
    internal static async Task<TestHost> OpenAsync(NetworkOptions? options = null, string bridgeNetfilter = "1")
    {
        var host = new TestHost(options, bridgeNetfilter);
        await host.Plane.OpenAsync(new HashSet<ContainerId>(), CancellationToken.None);
        return host;
    }

    /// <summary>What a new daemon does when the old one is gone.</summary>
    internal async Task ReopenAsync(params string[] alive)
    {
        await Plane.DisposeAsync();
        Plane = new BridgeNetworkPlane(Options, TimeProvider.System, NullLogger<BridgeNetworkPlane>.Instance);
        await Plane.OpenAsync(alive.Select(Id).ToHashSet(), CancellationToken.None);
    }

    /// <summary>What the next daemon finds when the host itself was started again.</summary>
    internal async Task RebootAsync()
    {
        await Plane.DisposeAsync();
        foreach (var file in Directory.GetFiles(Options.NamespaceFolder)) NetworkNamespace.Remove(file);
        Directory.Delete(Options.StateFolder, recursive: true);
        Nft("flush ruleset");
        In(Here, () =>
        {
            using var links = new Rtnetlink();
            string[] ours = ["t-", "tv"];
            foreach (var link in links.ListLinks().Where(link => ours.Any(link.Name.StartsWith)))
                links.DeleteLink(link.Name);
            return true;
        });
        Plane = new BridgeNetworkPlane(Options, TimeProvider.System, NullLogger<BridgeNetworkPlane>.Instance);
        await Plane.OpenAsync(new HashSet<ContainerId>(), CancellationToken.None);
    }

    internal static ContainerId Id(string name) => ContainerId.Of(new TaskId(name));

    internal Task<NetworkAttachment> AttachAsync(string name, params PublishedPort[] ports) =>
        AttachAsync(name, [], ports);

    internal Task<NetworkAttachment> AttachAsync(string name, string[] networks, params PublishedPort[] ports)
    {
        string[] wanted = networks is [] ? [Plane.DefaultNetwork] : networks;
        return Plane.AttachAsync(Id(name), NetworkWish.Named([.. wanted], [.. ports]), CancellationToken.None);
    }

    internal Task<NetworkAttachment> JoinAsync(string name, params string[] networks) =>
        AttachAsync(name, networks, []);

    /// <summary>Joins networks that must be there.</summary>
    internal Task<NetworkAttachment> JoinAsync(string name, params EndpointSpec[] endpoints) =>
        Plane.AttachAsync(Id(name), new NetworkWish([.. endpoints], []), CancellationToken.None);

    internal Task<NetworkDefinition> DefineAsync(string name, string subnet = "", params (string, string)[] options) =>
        DefineAsync(new NetworkDefinition(name)
        {
            Subnet = subnet,
            Options = options.ToImmutableSortedDictionary(option => option.Item1, option => option.Item2),
        });

    internal Task<NetworkDefinition> DefineAsync(NetworkDefinition wanted) => Plane.CreateNetworkAsync(
        wanted with { Id = $"{wanted.Name}-id" }, CancellationToken.None);

    internal Task DetachAsync(string name) => Plane.DetachAsync(Id(name), CancellationToken.None);

    /// <summary>Attaches a container that answers with its name on TCP port 80.</summary>
    internal async Task<NetworkAttachment> ServeAsync(string name, params PublishedPort[] ports)
    {
        var attached = await AttachAsync(name, ports);
        Serve(attached.NamespacePath, name, 80);
        return attached;
    }

    internal void Serve(string place, string name, int port) =>
        _servers.Add(In(place, () => new NamingServer(name, port)));

    internal Task RouteAsync(int hostPort, params NetworkAttachment[] backends) =>
        Plane.SetIngressAsync([RouteTo(hostPort, PortProtocol.Tcp, backends)], CancellationToken.None);

    internal static IngressRoute RouteTo(int hostPort, PortProtocol protocol, params NetworkAttachment[] backends) =>
        new(hostPort, protocol, [.. backends.Select(backend => new IngressBackend(backend.Endpoints[0].Address, 80))]);

    internal string Nft(string commands) => In(Here, () =>
    {
        using var rules = new Nftables();
        return rules.Run(commands);
    });

    internal ImmutableArray<NetworkLink> Links() => In(Here, () =>
    {
        using var links = new Rtnetlink();
        return links.ListLinks();
    });

    /// <summary>Runs it in a namespace; a socket made there stays there and may be used from anywhere.</summary>
    internal static T In<T>(string place, Func<T> inside)
    {
        using var thread = new NetworkThread("in namespace", place);
        return thread.InvokeAsync(inside, CancellationToken.None).GetAwaiter().GetResult();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) server.Dispose();
        await Plane.DisposeAsync();
        foreach (var file in Directory.GetFiles(_folder)) NetworkNamespace.Remove(file);
        if (Directory.Exists(Options.NamespaceFolder))
        {
            foreach (var file in Directory.GetFiles(Options.NamespaceFolder)) NetworkNamespace.Remove(file);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static void Make(string path)
    {
        using var maker = new NetworkThread("make namespace", null);
        maker.InvokeAsync(
            () => NetworkNamespace.Create(path, own =>
            {
                own.Dispose();
                using var links = new Rtnetlink();
                links.SetUp(1);
                return true;
            }),
            CancellationToken.None).GetAwaiter().GetResult();
    }

    private bool ConnectOutside(string bridgeNetfilter)
    {
        Sysctl.Write("bridge/bridge-nf-call-iptables", bridgeNetfilter);
        using var links = new Rtnetlink();
        using var outside = NetworkNamespace.OpenPath(Outside);
        var uplink = links.CreateBridge("uplink", "02:00:00:00:00:01", 1500);
        links.AddAddress(uplink, IPAddress.Parse(HostAddress), 24);
        links.CreateVeth(new VethPair("to-outside", uplink, "eth0", outside, "02:00:00:00:00:02", 1500));
        return NetworkNamespace.Within(Outside, () =>
        {
            using var inside = new Rtnetlink();
            var eth0 = inside.FindLink("eth0")!.Index;
            inside.AddAddress(eth0, IPAddress.Parse(OutsideAddress), 24);
            inside.SetUp(eth0);
            return true;
        });
    }
}
