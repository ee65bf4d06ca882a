using System.Net;
using System.Net.Sockets;
using Swarm.Runtime.Names;
using Swarm.Runtime.Tests.Networks;

namespace Swarm.Runtime.Tests.Names;

/// <summary>Name servers in real network namespaces, asked by real clients.</summary>
public sealed class NameServerTests
{
    [Fact]
    public async Task A_container_finds_others_of_its_networks_by_UDP_and_by_TCP()
    {
        await using var host = await NamedHost.OpenAsync();
        var web = await host.JoinAsync("web", "red");
        await host.JoinAsync("db", "red");
        await host.JoinAsync("stranger", "blue");

        Assert.Equal(host.AddressOf("db"), await NamedHost.DigAsync(web, "+short", "db"));
        Assert.Equal(host.AddressOf("db"), await NamedHost.DigAsync(web, "+short", "+tcp", "DB-alias.red"));
        Assert.Equal("db.red.", await NamedHost.DigAsync(web, "+short", "-x", host.AddressOf("db")));
        var looked = await NamedHost.RunAsync(web, "busybox", "nslookup", "db", NameServer.Address);
        Assert.Contains($"Address: {host.AddressOf("db")}", looked, StringComparison.Ordinal);
        Assert.DoesNotContain("can't find", looked, StringComparison.Ordinal);
        Assert.Contains("SERVFAIL", await NamedHost.DigAsync(web, "stranger"), StringComparison.Ordinal);
        Assert.Contains("ANSWER: 0", await NamedHost.DigAsync(web, "db", "AAAA"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_comes_is_found_at_once_and_one_that_went_no_more()
    {
        await using var host = await NamedHost.OpenAsync();
        var web = await host.JoinAsync("web", "red");
        Assert.Contains("SERVFAIL", await NamedHost.DigAsync(web, "db"), StringComparison.Ordinal);

        await host.JoinAsync("db", "red");
        Assert.Equal(host.AddressOf("db"), await NamedHost.DigAsync(web, "+short", "db"));

        host.Names.Containers = host.Names.Containers.RemoveAll(container => container.Name == "db");
        Assert.Contains("SERVFAIL", await NamedHost.DigAsync(web, "db"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_has_port_53_for_a_server_of_its_own()
    {
        await using var host = await NamedHost.OpenAsync();
        var web = await host.JoinAsync("web", "red");

        await using var own = new FakeUpstream(web, IPAddress.Any, (query, _) => FakeUpstream.Say(query, "192.0.2.77"));

        Assert.Equal(host.AddressOf("web"), await NamedHost.DigAsync(web, "+short", "web"));
        Assert.Equal("192.0.2.77",
            (await NamedHost.RunAsync(web, "dig", "@127.0.0.1", "+short", "+tries=1", "web")).Trim());
    }

    [Fact]
    public async Task The_next_daemon_answers_at_the_same_port_with_rules_that_are_there_once()
    {
        await using var host = await NamedHost.OpenAsync();
        var web = await host.JoinAsync("web", "red");
        var before = await NamedHost.RunAsync(web, "nft", "list", "ruleset");
        using var client = TestHost.In(
            web, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        await client.ConnectAsync(IPAddress.Parse(NameServer.Address), 53);
        await ExchangeAsync(client);

        await host.ReopenAsync("web", web);

        await ExchangeAsync(client);
        Assert.Equal(before, await NamedHost.RunAsync(web, "nft", "list", "ruleset"));
        Assert.NotNull(NameRules.FindPort(before));
    }

    [Fact]
    public async Task Where_the_port_was_taken_meanwhile_another_one_is_used()
    {
        await using var host = await NamedHost.OpenAsync();
        var web = await host.JoinAsync("web", "red");
        var port = NameRules.FindPort(await NamedHost.RunAsync(web, "nft", "list", "ruleset"))!.Value;
        await host.Servers.DisposeAsync();

        using var taker = TestHost.In(web, () => NameServerSockets.Bind(port));
        await host.ReopenAsync("web", web);

        Assert.Equal(host.AddressOf("web"), await NamedHost.DigAsync(web, "+short", "web"));
    }

    [Fact]
    public async Task Closing_lets_go_of_the_namespace()
    {
        await using var host = await NamedHost.OpenAsync();
        var web = await host.JoinAsync("web", "red");
        var device = host.Host.Links().Single(link => link.Name.StartsWith("tv", StringComparison.Ordinal)).Name;

        await host.Servers.CloseAsync(TestHost.Id("web"));
        Assert.Contains("refused", await NamedHost.DigAsync(web, "web"), StringComparison.Ordinal);
        await host.Host.DetachAsync("web");

        // The kernel frees a namespace, and the cable into it, when nothing is in it any more.
        using var patience = new CancellationTokenSource(Patience.Seconds(30));
        while (host.Host.Links().Any(link => link.Name == device)) patience.Token.ThrowIfCancellationRequested();
    }

    [Fact]
    public async Task A_service_of_many_containers_is_told_in_full_by_TCP_and_in_part_by_UDP()
    {
        await using var host = await NamedHost.OpenAsync();
        var web = await host.JoinAsync("web", "red");
        var attached = await host.Host.JoinAsync("web", "red");
        for (var number = 0; number < 60; number++)
        {
            var endpoint = attached.Endpoints[0] with { Address = $"172.30.9.{number}" };
            host.Names.Add(TestHost.Id($"task{number}"), attached with { Endpoints = [endpoint] }, $"t{number}", "all");
        }

        var part = await NamedHost.DigAsync(web, "+noedns", "+ignore", "all");
        Assert.Contains(" tc ", part, StringComparison.Ordinal);
        Assert.Contains("ANSWER: 30", part, StringComparison.Ordinal);
        Assert.Contains("ANSWER: 60", await NamedHost.DigAsync(web, "+noedns", "all"), StringComparison.Ordinal);
        Assert.Contains("ANSWER: 60", await NamedHost.DigAsync(web, "+bufsize=4096", "all"), StringComparison.Ordinal);
    }

    private static async Task ExchangeAsync(Socket client)
    {
        await client.SendAsync(Messages.Ask("web"));
        using var patience = new CancellationTokenSource(Patience.Seconds(20));
        var buffer = new byte[512];
        var length = await client.ReceiveAsync(buffer, patience.Token);
        Assert.Single(Messages.Addresses(buffer[..length]));
    }
}
