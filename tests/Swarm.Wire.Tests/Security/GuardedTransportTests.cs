using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Akka.Actor;

namespace Swarm.Wire.Tests.Security;

/// <summary>Actor systems with certificates on the loopback, good and bad, each dialling the other.</summary>
public sealed class GuardedTransportTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TestAuthority _ours = new("ours");
    private readonly TestAuthority _theirs = new("theirs");

    [Fact]
    public async Task Nodes_of_one_authority_reach_each_other()
    {
        await using var one = TlsPeer.Start(_ours.Write(TestAuthority.Node));
        await using var other = TlsPeer.Start(_ours.Write(TestAuthority.Node));

        await one.ReachAsync(other);
        await other.ReachAsync(one);

        Assert.Equal("akka.ssl.tcp", one.Address.Protocol);
    }

    [Fact]
    public async Task A_client_reaches_a_node_and_is_reached_by_it_wherever_it_is()
    {
        await using var node = TlsPeer.Start(_ours.Write(TestAuthority.Node));
        var certificate = TestAuthority.Node with { Purposes = [CertificateWish.Client], Address = "10.0.0.9" };
        await using var client = TlsPeer.StartClient(_ours.Write(certificate));

        await node.ReachAsync(client);
        await client.ReachAsync(node);
    }

    [Theory]
    [InlineData("other authority")]
    [InlineData("expired")]
    [InlineData("other address")]
    [InlineData("client")]
    public async Task A_node_that_dials_a_peer_with_a_bad_certificate_refuses_and_names_it_and_stays(string fault)
    {
        await using var healthy = TlsPeer.Start(_ours.Write(TestAuthority.Node));
        await using var bad = StartBad(fault, _ours);

        healthy.Dial(bad.Address);

        var (who, why) = await healthy.Refused.Task.WaitAsync(Patience);
        Assert.Equal($"127.0.0.1:{bad.Address.Port}", who);
        Assert.NotEmpty(why);
        await StaysAsync(healthy);
    }

    [Theory]
    [InlineData("other authority")]
    [InlineData("expired")]
    public async Task A_node_that_is_dialled_by_a_peer_with_a_bad_certificate_refuses_and_names_it_and_stays(
        string fault)
    {
        await using var healthy = TlsPeer.Start(_ours.Write(TestAuthority.Node));

        // The bad one trusts everybody, so that it is the healthy one that refuses.
        await using var bad = StartBad(fault, _ours);

        bad.Dial(healthy.Address);

        var (who, why) = await healthy.Refused.Task.WaitAsync(Patience);
        Assert.Contains("127.0.0.1", who, StringComparison.Ordinal);
        Assert.NotEmpty(why);
        await StaysAsync(healthy);
    }

    [Fact]
    public async Task Who_dials_without_a_certificate_is_cut_off()
    {
        await using var healthy = TlsPeer.Start(_ours.Write(TestAuthority.Node));
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, healthy.Address.Port!.Value);
        await using var tls = new SslStream(socket.GetStream(), false, (_, shown, _, _) => shown is not null);

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await tls.AuthenticateAsClientAsync("127.0.0.1");
            if (await tls.ReadAsync(new byte[1]) == 0) throw new EndOfStreamException();
        });

        await StaysAsync(healthy);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("")]
    public async Task A_node_that_dials_what_does_not_speak_tls_stays(string answer)
    {
        await using var healthy = TlsPeer.Start(_ours.Write(TestAuthority.Node));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        healthy.Dial(Address.Parse($"akka.ssl.tcp://peer@127.0.0.1:{port}"));
        using (var dialled = await listener.AcceptTcpClientAsync().WaitAsync(Patience))
        {
            await dialled.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
        }

        await StaysAsync(healthy);
    }

    [Fact]
    public async Task A_peer_that_was_refused_is_reached_once_its_certificate_is_renewed()
    {
        await using var healthy = TlsPeer.Start(_ours.Write(TestAuthority.Node));
        int port;
        await using (var bad = StartBad("expired", _ours))
        {
            healthy.Dial(bad.Address);
            await healthy.Refused.Task.WaitAsync(Patience);
            port = bad.Address.Port!.Value;
        }

        await using var renewed = TlsPeer.Start(_ours.Write(TestAuthority.Node), port);

        await healthy.ReachAsync(renewed);
    }

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    private TlsPeer StartBad(string fault, TestAuthority ours) => TlsPeer.StartBad(fault switch
    {
        "other authority" => _theirs.Make(TestAuthority.Node),
        "expired" => ours.Make(TestAuthority.Node with { Ends = TimeSpan.FromHours(-1) }),
        "other address" => ours.Make(TestAuthority.Node with { Address = "10.0.0.9" }),
        _ => ours.Make(TestAuthority.Node with { Purposes = [CertificateWish.Client] }),
    });

    private async Task StaysAsync(TlsPeer healthy)
    {
        await using var good = TlsPeer.Start(_ours.Write(TestAuthority.Node));
        await good.ReachAsync(healthy);
        await healthy.ReachAsync(good);
        Assert.False(healthy.IsShuttingDown);
    }
}
