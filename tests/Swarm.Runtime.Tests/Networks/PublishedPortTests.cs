using System.Net;
using System.Net.Sockets;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Tests.Networks;

public sealed class PublishedPortTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    public async Task A_published_port_is_reached_from_outside_the_host_loopback_and_containers_and_itself(
        string bridgeNetfilter)
    {
        await using var host = await TestHost.OpenAsync(bridgeNetfilter: bridgeNetfilter);
        var web = await host.ServeAsync("web", new PublishedPort(80, 8080));
        var other = await host.AttachAsync("other");
        var stranger = await host.JoinAsync("stranger", "elsewhere");

        Assert.Equal($"web {TestHost.OutsideAddress}", await Caller.AskAsync(host.Outside, TestHost.HostAddress, 8080));
        Assert.Equal("web", await Caller.NameAsync(host.Here, "127.0.0.1", 8080));
        Assert.Equal("web", await Caller.NameAsync(host.Here, TestHost.HostAddress, 8080));
        Assert.Equal("web", await Caller.NameAsync(other.NamespacePath, TestHost.HostAddress, 8080));
        Assert.Equal("web", await Caller.NameAsync(other.NamespacePath, other.Endpoints[0].Gateway, 8080));
        Assert.Equal("web", await Caller.NameAsync(web.NamespacePath, TestHost.HostAddress, 8080));
        Assert.Equal("web", await Caller.NameAsync(stranger.NamespacePath, TestHost.HostAddress, 8080));
    }

    [Fact]
    public async Task A_port_published_at_one_address_is_closed_at_the_others()
    {
        await using var host = await TestHost.OpenAsync();
        await host.ServeAsync("web", new PublishedPort(80, 8080, HostAddress: "127.0.0.1"));

        Assert.Equal("web", await Caller.NameAsync(host.Here, "127.0.0.1", 8080));
        Assert.Equal(Caller.Refused, await Caller.AskAsync(host.Outside, TestHost.HostAddress, 8080));
    }

    [Fact]
    public async Task A_detached_port_is_closed_and_free_for_another_program()
    {
        await using var host = await TestHost.OpenAsync();
        await host.ServeAsync("web", new PublishedPort(80, 8080));
        await host.DetachAsync("web");

        Assert.Equal(Caller.Refused, await Caller.AskAsync(host.Outside, TestHost.HostAddress, 8080));
        host.Serve(host.Here, "another", 8080);
        Assert.Equal("another", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8080));
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_refused_by_name_and_nothing_is_left_of_the_container()
    {
        await using var host = await TestHost.OpenAsync();
        host.Serve(host.Here, "another", 8080);

        var refused = await Assert.ThrowsAsync<ContainerException>(() =>
            host.AttachAsync("web", new PublishedPort(80, 8081), new PublishedPort(80, 8080)));

        Assert.Equal(
            "Bind for 0.0.0.0:8080 failed: port is already allocated: "
            + "host port 8080/tcp is taken by another program of this host",
            refused.Message);
        Assert.Empty(Directory.GetFiles(host.Options.NamespaceFolder));
        await host.AttachAsync("web", new PublishedPort(80, 8081));
    }

    [Theory]
    [InlineData(PortProtocol.Tcp)]
    [InlineData(PortProtocol.Udp)]
    public async Task A_published_port_can_be_had_by_no_other_program_and_no_other_container(PortProtocol protocol)
    {
        await using var host = await TestHost.OpenAsync();
        await host.AttachAsync("web", new PublishedPort(80, 8080, protocol));

        var refused = await Assert.ThrowsAsync<ContainerException>(() =>
            host.AttachAsync("other", new PublishedPort(80, 8080, protocol)));
        Assert.Contains($"8080/{protocol.ToString().ToLowerInvariant()} is taken by container",
            refused.Message, StringComparison.Ordinal);
        var taken = Assert.Throws<SocketException>(() => TestHost.In(host.Here, () => Listen(protocol, 8080)));
        Assert.Equal(SocketError.AddressAlreadyInUse, taken.SocketErrorCode);
    }

    [Fact]
    public async Task A_container_that_asks_for_any_port_gets_one_of_its_own()
    {
        await using var host = await TestHost.OpenAsync();
        host.Serve(host.Here, "another", 49153);

        var first = await host.ServeAsync("first", new PublishedPort(80, 0));
        var second = await host.ServeAsync("second", new PublishedPort(80, 0));

        Assert.Equal([49154, 49155], [first.Ports[0].HostPort, second.Ports[0].HostPort]);
        Assert.Equal("second", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 49155));
    }

    [Fact]
    public async Task A_datagram_sent_to_a_published_port_reaches_the_container_and_the_answer_comes_back()
    {
        await using var host = await TestHost.OpenAsync();
        var dns = await host.AttachAsync("dns", new PublishedPort(53, 5353, PortProtocol.Udp));
        using var server = TestHost.In(dns.NamespacePath, () => new UdpClient(53));
        using var client = TestHost.In(host.Outside, () => new UdpClient(AddressFamily.InterNetwork));
        using var patience = new CancellationTokenSource(5000);

        await client.SendAsync(new byte[] { 7 },
            new IPEndPoint(IPAddress.Parse(TestHost.HostAddress), 5353), patience.Token);
        var question = await server.ReceiveAsync(patience.Token);
        await server.SendAsync(new byte[] { 8 }, question.RemoteEndPoint, patience.Token);
        var answer = await client.ReceiveAsync(patience.Token);

        Assert.Equal([7], question.Buffer);
        Assert.Equal([8], answer.Buffer);
        Assert.Equal(TestHost.HostAddress, answer.RemoteEndPoint.Address.ToString());
    }

    [Theory]
    [InlineData(0, 8080, "", "a port is 1 to 65535")]
    [InlineData(80, 70000, "", "a port is 1 to 65535")]
    [InlineData(80, 8080, "::1", "only at an IPv4 address")]
    [InlineData(80, 8080, "203.0.113.9", "203.0.113.9 is no address of this host")]
    public async Task A_port_that_cannot_be_published_is_refused_in_words(
        int container, int hostPort, string address, string words)
    {
        await using var host = await TestHost.OpenAsync();

        var refused = await Assert.ThrowsAsync<ContainerException>(() =>
            host.AttachAsync("web", new PublishedPort(container, hostPort, HostAddress: address)));

        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }

    private static Socket Listen(PortProtocol protocol, int port)
    {
        var socket = protocol == PortProtocol.Udp
            ? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            if (protocol == PortProtocol.Tcp) socket.Listen();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
