using System.Net;
using System.Net.Sockets;
using Swarm.Runtime.Names;
using Swarm.Runtime.Tests.Networks;

namespace Swarm.Runtime.Tests.Names;

/// <summary>Questions that other servers are asked, and containers that ask too much.</summary>
public sealed class ForwardingTests
{
    [Fact]
    public async Task What_is_not_ours_is_asked_of_the_hosts_servers_in_turn()
    {
        await using var host = await NamedHost.OpenAsync(new NameServerLimits { Patience = Patience.Seconds(1) });
        var web = await host.JoinAsync("web", "red");
        await using var silent = Upstream(host, "127.0.0.53", (_, _) => null);
        await using var failing = Upstream(host, "127.0.0.54", (query, _) => Answering.Failure(query));
        await using var good = Upstream(host, "127.0.0.55", (query, _) => FakeUpstream.Say(query, "192.0.2.1"));
        host.HostServers = "nameserver 127.0.0.53\nnameserver 127.0.0.54\nnameserver 127.0.0.55\n";

        Assert.Equal("192.0.2.1", await NamedHost.DigAsync(web, "+short", "example.org"));
        Assert.Equal("192.0.2.1", await NamedHost.DigAsync(web, "+short", "+tcp", "example.org"));
        Assert.Equal((2, 2, 2), (silent.Asked, failing.Asked, good.Asked));
    }

    [Fact]
    public async Task The_answer_that_there_is_no_such_name_is_passed_on_and_nobody_else_asked()
    {
        await using var host = await NamedHost.OpenAsync();
        var web = await host.JoinAsync("web", "red");
        await using var first = Upstream(host, "127.0.0.53", (query, _) => ReplyWriter.Write(
            query, new NameAnswer.Failed(ResponseCode.NameError), 512));
        await using var second = Upstream(host, "127.0.0.54", (query, _) => FakeUpstream.Say(query, "192.0.2.1"));
        host.HostServers = "nameserver 127.0.0.53\nnameserver 127.0.0.54\n";

        Assert.Contains("NXDOMAIN", await NamedHost.DigAsync(web, "nothing.example"), StringComparison.Ordinal);
        Assert.Equal((1, 0), (first.Asked, second.Asked));
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_asked_for_again_by_TCP_and_EDNS_is_passed_on()
    {
        await using var host = await NamedHost.OpenAsync();
        var web = await host.JoinAsync("web", "red");
        EdnsOffer? seen = null;
        await using var server = Upstream(host, "127.0.0.53", (query, byDatagram) =>
        {
            seen = query.Edns;
            var all = Enumerable.Range(1, 200).Select(number => new IPAddress([192, 0, 2, (byte)number]));
            return ReplyWriter.Write(query, new NameAnswer.Addresses([.. all]), byDatagram ? 600 : 65535);
        });
        host.HostServers = "nameserver 127.0.0.53";

        var part = await NamedHost.DigAsync(web, "+ignore", "+bufsize=700", "+dnssec", "many.example");
        Assert.Contains(" tc ", part, StringComparison.Ordinal);
        Assert.Equal(new EdnsOffer(700, 0, WantsSignatures: true), seen);
        Assert.Contains("ANSWER: 200", await NamedHost.DigAsync(web, "many.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_to_other_questions_are_not_taken()
    {
        await using var host = await NamedHost.OpenAsync(new NameServerLimits { Patience = Patience.Seconds(1) });
        var web = await host.JoinAsync("web", "red");
        await using var forging = Upstream(host, "127.0.0.53", (query, _) =>
        {
            var reply = FakeUpstream.Say(query, "192.0.2.66");
            reply[0] ^= 1;
            return reply;
        });
        host.HostServers = "nameserver 127.0.0.53";

        Assert.Contains("SERVFAIL", await NamedHost.DigAsync(web, "example.org"), StringComparison.Ordinal);
        Assert.Equal(1, forging.Asked);
    }

    [Fact]
    public async Task A_container_without_a_way_out_reaches_only_servers_of_its_own_namespace()
    {
        await using var host = await NamedHost.OpenAsync();
        var web = await host.JoinAsync("web", "red");
        await using var outside = Upstream(host, "127.0.0.53", (query, _) => FakeUpstream.Say(query, "192.0.2.1"));
        await using var inside = new FakeUpstream(
            web, IPAddress.Loopback, (query, _) => FakeUpstream.Say(query, "192.0.2.2"));
        host.HostServers = "nameserver 127.0.0.53";
        host.Wishes = new NameWishes([], false, HasWayOut: false);
        Assert.Contains("SERVFAIL", await NamedHost.DigAsync(web, "example.org"), StringComparison.Ordinal);

        host.Wishes = new NameWishes(["127.0.0.1"], false, HasWayOut: false);
        Assert.Equal("192.0.2.2", await NamedHost.DigAsync(web, "+short", "example.org"));
        Assert.Equal(0, outside.Asked);
    }

    [Fact]
    public async Task More_questions_than_are_allowed_fail_at_once_and_hold_up_nobody()
    {
        await using var host = await NamedHost.OpenAsync(
            new NameServerLimits { ForwardedPerContainer = 3, Patience = TimeSpan.FromMinutes(10) });
        var web = await host.JoinAsync("web", "red");
        var other = await host.JoinAsync("other", "red");
        await using var server = Upstream(host, "127.0.0.53", (query, _) =>
            query.Name == "silent.example" ? null : FakeUpstream.Say(query, "192.0.2.1"));
        host.HostServers = "nameserver 127.0.0.53";
        using var flood = TestHost.In(
            web, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        await flood.ConnectAsync(IPAddress.Parse(NameServer.Address), 53);
        for (ushort id = 0; id < 3; id++) await flood.SendAsync(Messages.Ask("silent.example", id: id));

        var fourth = await NamedHost.AskAsync(web, Messages.Ask("silent.example"));

        Assert.Equal((int)ResponseCode.ServerFailure, Messages.Code(fourth));
        Assert.Equal(host.AddressOf("other"), await NamedHost.DigAsync(web, "+short", "other"));
        Assert.Equal("192.0.2.1", await NamedHost.DigAsync(other, "+short", "example.org"));
    }

    [Fact]
    public async Task Slow_connections_are_ended_and_do_not_hold_up_datagrams()
    {
        await using var host = await NamedHost.OpenAsync(
            new NameServerLimits { Connections = 2, Idle = Patience.Seconds(2) });
        var web = await host.JoinAsync("web", "red");
        using var first = await NamedHost.ConnectAsync(web);
        using var second = await NamedHost.ConnectAsync(web);
        await first.GetStream().WriteAsync(new byte[] { 0 });

        Assert.Equal(host.AddressOf("web"), await NamedHost.DigAsync(web, "+short", "web"));
        // The third connection is taken when one of the others has been ended.
        Assert.Equal(host.AddressOf("web"), await NamedHost.DigAsync(web, "+short", "+tcp", "web"));
        using var patience = new CancellationTokenSource(Patience.Seconds(30));
        Assert.Equal(0, await second.GetStream().ReadAsync(new byte[1], patience.Token));
    }

    [Fact]
    public async Task A_connection_carries_many_questions_and_ends_with_one_that_is_too_long()
    {
        await using var host = await NamedHost.OpenAsync();
        var web = await host.JoinAsync("web", "red");
        using var client = await NamedHost.ConnectAsync(web);
        using var patience = new CancellationTokenSource(Patience.Seconds(30));
        for (var number = 0; number < 20; number++)
        {
            await MessageStream.WriteAsync(client.GetStream(), Messages.Ask("web"), patience.Token);
            var reply = await MessageStream.ReadAsync(client.GetStream(), 4096, patience.Token);
            Assert.Equal(host.AddressOf("web"), Assert.Single(Messages.Addresses(reply!)).ToString());
        }

        await client.GetStream().WriteAsync(new byte[] { 0xff, 0xff }, patience.Token);
        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], patience.Token));
    }

    [Fact]
    public async Task Nonsense_is_answered_as_such_or_not_at_all_and_the_next_question_is_answered()
    {
        await using var host = await NamedHost.OpenAsync();
        var web = await host.JoinAsync("web", "red");
        using var client = TestHost.In(
            web, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        await client.ConnectAsync(IPAddress.Parse(NameServer.Address), 53);
        await client.SendAsync(Array.Empty<byte>());
        await client.SendAsync(new byte[5]);
        await client.SendAsync(new byte[6000]);

        var looping = Messages.Ask("web");
        looping[12] = 0xc0;
        Assert.Equal((int)ResponseCode.FormatError, Messages.Code(await NamedHost.AskAsync(web, looping)));
        Assert.Equal(host.AddressOf("web"), await NamedHost.DigAsync(web, "+short", "web"));
    }

    private static FakeUpstream Upstream(
        NamedHost host, string address, Func<NameQuery, bool, byte[]?> answer) =>
        new(host.Host.Here, IPAddress.Parse(address), answer);
}
