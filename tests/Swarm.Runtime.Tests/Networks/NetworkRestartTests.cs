using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Networks;

public sealed class NetworkRestartTests
{
    [Fact]
    public async Task What_runs_stays_reachable_while_the_daemon_is_away_and_after_it_is_back()
    {
        await using var host = await TestHost.OpenAsync();
        var web = await host.ServeAsync("web", new PublishedPort(80, 8080));
        await host.RouteAsync(8081, web);
        using var open = await Caller.ConnectAsync(host.Outside, TestHost.HostAddress, 8080);
        using var reader = new StreamReader(open.GetStream());
        await reader.ReadLineAsync();

        await host.Plane.DisposeAsync();
        Assert.Equal("web", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8080));
        await host.ReopenAsync("web");

        Assert.Equal("web", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8080));
        Assert.Equal("web", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8081));
        using var patience = new CancellationTokenSource(5000);
        await open.GetStream().WriteAsync("\n"u8.ToArray(), patience.Token);
        Assert.StartsWith("web", await reader.ReadLineAsync(patience.Token), StringComparison.Ordinal);
        Assert.Equal(web.Endpoints[0], (await host.AttachAsync("web")).Endpoints[0]);
        Assert.Throws<SocketException>(() => host.Serve(host.Here, "another", 8080));
    }

    [Fact]
    public async Task A_restarted_daemon_gives_nobody_an_address_that_another_has_or_just_had()
    {
        await using var host = await TestHost.OpenAsync();
        await host.AttachAsync("one");
        await host.AttachAsync("two");
        await host.ReopenAsync("one", "two");
        await host.DetachAsync("two");

        Assert.Equal("172.30.0.4", (await host.AttachAsync("three")).Endpoints[0].Address);
    }

    [Fact]
    public async Task What_does_not_run_any_more_is_dropped_with_its_ports_routes_and_networks()
    {
        await using var host = await TestHost.OpenAsync();
        var kept = await host.ServeAsync("kept");
        var lost = await host.AttachAsync("lost", ["red"], new PublishedPort(80, 8080));
        await host.RouteAsync(8081, kept, lost);

        await host.ReopenAsync("kept");

        Assert.Equal([kept.NamespacePath], Directory.GetFiles(host.Options.NamespaceFolder));
        Assert.DoesNotContain(host.Links(), link => link.Name == "t-1");
        host.Serve(host.Here, "another", 8080);
        Assert.Equal("another", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8080));
        Assert.Equal("kept", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8081));
        Assert.Equal("kept", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8081));
    }

    [Fact]
    public async Task What_a_crash_left_half_made_is_cleared_away()
    {
        await using var host = await TestHost.OpenAsync();
        await host.AttachAsync("web");
        File.WriteAllText(Path.Combine(host.Options.NamespaceFolder, "half"), "");
        File.WriteAllText(Path.Combine(host.Options.StateFolder, "containers", "half.json.tmp"), "{");
        TestHost.In(host.Here, () =>
        {
            using var links = new Swarm.Linux.Networking.Rtnetlink();
            return links.CreateBridge("t-7", "02:00:00:00:00:07", 1500);
        });

        await host.ReopenAsync("web");

        Assert.Single(Directory.GetFiles(host.Options.NamespaceFolder));
        Assert.Single(Directory.GetFiles(Path.Combine(host.Options.StateFolder, "containers")));
        Assert.DoesNotContain(host.Links(), link => link.Name == "t-7");
    }

    [Theory]
    [InlineData("02:42:0a:07:00:01", false)]
    [InlineData("02:00:00:00:00:09", true)] // somebody else's, who took the name meanwhile
    public async Task A_bridge_with_a_name_of_its_own_that_a_crash_left_is_cleared_away_and_no_other(
        string address, bool isLeft)
    {
        await using var host = await TestHost.OpenAsync();
        var noted = Path.Combine(host.Options.StateFolder, "bridges.json");
        File.WriteAllText(noted, """{"redbr0":"02:42:0a:07:00:01"}""");
        TestHost.In(host.Here, () =>
        {
            using var links = new Swarm.Linux.Networking.Rtnetlink();
            return links.CreateBridge("redbr0", address, 1500);
        });

        await host.ReopenAsync();

        Assert.Equal(isLeft, host.Links().Any(link => link.Name == "redbr0"));
        Assert.False(File.Exists(noted));
    }

    [Fact]
    public async Task A_bridge_with_a_name_of_its_own_is_put_down_before_it_is_made_and_before_it_is_removed()
    {
        await using var host = await TestHost.OpenAsync();
        var noted = Path.Combine(host.Options.StateFolder, "bridges.json");
        bool IsThere() => host.Links().Any(link => link.Name == "redbr0");
        Task DefineAsync() => host.DefineAsync("red", options: ("com.docker.network.bridge.name", "redbr0"));
        Directory.CreateDirectory(noted + ".tmp"); // so it cannot be put down

        await Assert.ThrowsAsync<ContainerException>(DefineAsync);
        Assert.False(IsThere());
        Directory.Delete(noted + ".tmp");
        await DefineAsync();
        Assert.True(IsThere());
        Assert.False(File.Exists(noted));
        Directory.CreateDirectory(noted + ".tmp");
        await Assert.ThrowsAsync<ContainerException>(() => host.Plane.RemoveNetworkAsync("red", default));

        Assert.True(IsThere());
        await host.ReopenAsync();
        Assert.Contains(host.Plane.Networks, network => network.Name == "red");
        Directory.Delete(noted + ".tmp");
        await host.Plane.RemoveNetworkAsync("red", default);
        Assert.False(IsThere());
        Assert.False(File.Exists(noted));
    }

    [Fact]
    public async Task A_state_file_that_cannot_be_understood_is_named_and_kept()
    {
        await using var host = await TestHost.OpenAsync();
        var file = Path.Combine(host.Options.StateFolder, "networks.json");
        File.WriteAllText(file, "[{");

        var refused = await Assert.ThrowsAsync<ContainerException>(() => host.ReopenAsync());

        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Equal("[{", File.ReadAllText(file));
    }

    [Fact]
    public async Task After_everything_is_destroyed_nothing_is_left_and_others_have_what_they_had()
    {
        await using var host = await TestHost.OpenAsync();
        var before = host.Links()
            .Where(link => !link.Name.StartsWith("t-0", StringComparison.Ordinal)).Select(link => link.Name);
        host.Nft("add table ip foreign");
        var web = await host.AttachAsync("web",
            new PublishedPort(80, 8080), new PublishedPort(53, 53, PortProtocol.Udp));
        await host.JoinAsync("other", "red", "blue");
        await host.RouteAsync(8081, web);

        await host.Plane.DestroyAsync(CancellationToken.None);

        Assert.Equal(before.Order(), host.Links().Select(link => link.Name).Order());
        Assert.Equal("table ip foreign {\n}", host.Nft("list ruleset").Trim());
        Assert.False(Directory.Exists(host.Options.NamespaceFolder));
        Assert.False(Directory.Exists(host.Options.StateFolder));
    }

    [Fact]
    public async Task Settings_out_of_their_range_are_all_named_and_a_lost_namespace_is_told()
    {
        var wrong = new NetworkOptions
        {
            NamePrefix = "Too-long-a-name",
            NamespaceFolder = "/n",
            StateFolder = "/s",
            AddressPool = "10.0.0.1/8",
            Mtu = 1,
        };
        var refused = Assert.Throws<ArgumentException>(() =>
            new BridgeNetworkPlane(wrong, TimeProvider.System, NullLogger<BridgeNetworkPlane>.Instance));
        foreach (var word in (string[])["name prefix", "address pool", "mtu"])
        {
            Assert.Contains(word, refused.Message, StringComparison.Ordinal);
        }

        var lost = wrong with { NamePrefix = "t", AddressPool = "10.0.0.0/12", Mtu = 1500, HostNamespace = "/no/such" };
        await using var plane = new BridgeNetworkPlane(
            lost, TimeProvider.System, NullLogger<BridgeNetworkPlane>.Instance);
        var unopened = await Assert.ThrowsAsync<ContainerException>(() =>
            plane.OpenAsync(new HashSet<ContainerId>(), CancellationToken.None));
        Assert.Contains("/no/such", unopened.Message, StringComparison.Ordinal);
    }
}
