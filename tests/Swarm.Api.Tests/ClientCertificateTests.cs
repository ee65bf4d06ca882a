using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Api.Connections;
using Swarm.Wire.Security;
using Swarm.Wire.Tests.Security;
using static Swarm.Api.Tests.TakingServer;

namespace Swarm.Api.Tests;

/// <summary>The interface by TLS: who is let in, and connections that are taken over.</summary>
public sealed class ClientCertificateTests : IAsyncLifetime, IDisposable
{
    private static readonly CertificateWish Client = new() { Name = "me", Purposes = [CertificateWish.Client] };

    private readonly TestAuthority _ours = new("ours");
    private readonly TestAuthority _theirs = new("theirs");
    private TlsIdentity? _identity;
    private WebApplication? _server;

    private int Port => new Uri(Assert.Single(_server!.Services.GetRequiredService<IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses)).Port;

    public async Task InitializeAsync()
    {
        _identity = TlsIdentity.Load(_ours.Write(TestAuthority.Node), PeerRole.Server, TimeProvider.System);
        _server = await StartAsync(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener =>
        {
            new ClientCertificates(_identity, NullLogger<ClientCertificates>.Instance).Demand(listener);
            ConnectionTakeover.Offer(listener, hangUps: null, TimeProvider.System);
        }));
    }

    public async Task DisposeAsync()
    {
        if (_server is { } server) await server.DisposeAsync();
    }

    public void Dispose()
    {
        _identity?.Dispose();
        _ours.Dispose();
        _theirs.Dispose();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_connection_that_served_requests_is_taken_over_and_its_two_ways_end_one_by_one(
        SslProtocols protocol)
    {
        using var certificate = _ours.Make(Client);
        await using var client = await ConnectAsync(certificate, protocol);
        for (var i = 0; i < 3; i++)
        {
            await client.WriteAsync(Encoding.ASCII.GetBytes(Plain));
            Assert.EndsWith("plain\r\n0\r\n\r\n", await ReadAsync(client, "0\r\n\r\n"), StringComparison.Ordinal);
        }

        await client.WriteAsync(Encoding.ASCII.GetBytes(Hijack + "early "));
        Assert.StartsWith("HTTP/1.1 101 ", await ReadAsync(client, HeadEnd), StringComparison.Ordinal);
        await client.WriteAsync("late"u8.ToArray());
        await client.ShutdownAsync();

        Assert.Equal("got {} and early late, after all", await ReadAsync(client));
    }

    [Fact]
    public async Task A_client_that_has_ended_its_half_in_words_of_TLS_is_answered()
    {
        using var certificate = _ours.Make(Client);
        await using var client = await ConnectAsync(certificate, SslProtocols.Tls13);

        await client.WriteAsync(Encoding.ASCII.GetBytes(Plain + Plain));
        await client.ShutdownAsync();

        Assert.Equal(2, (await ReadAsync(client)).Split("plain\r\n0\r\n\r\n").Length - 1);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("of another authority")]
    [InlineData("expired")]
    [InlineData("for nodes only")]
    public async Task Who_shows_no_certificate_of_the_authority_is_refused(string shown)
    {
        using var certificate = shown switch
        {
            "none" => null,
            "of another authority" => _theirs.Make(Client),
            "expired" => _ours.Make(Client with { Ends = TimeSpan.FromHours(-1) }),
            _ => _ours.Make(Client with { Purposes = [CertificateWish.Server] }),
        };

        Assert.Equal("", await AskAsync(certificate));
    }

    [Fact]
    public async Task Plain_text_is_not_answered()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        await using var plain = new NetworkStream(socket, ownsSocket: false);

        await plain.WriteAsync(Encoding.ASCII.GetBytes(Plain));

        Assert.DoesNotContain("HTTP", await ReadAsync(plain), StringComparison.Ordinal);
    }

    /// <returns>What is answered: nothing to those who are refused, whenever they notice.</returns>
    private async Task<string> AskAsync(X509Certificate2? certificate)
    {
        try
        {
            await using var client = await ConnectAsync(certificate, SslProtocols.None);
            await client.WriteAsync(Encoding.ASCII.GetBytes(Plain));
            return await ReadAsync(client, "0\r\n\r\n");
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            return "";
        }
    }

    private async Task<SslStream> ConnectAsync(X509Certificate2? certificate, SslProtocols protocol)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        var client = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                EnabledSslProtocols = protocol,
                ClientCertificateContext = certificate is null
                    ? null
                    : SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
                RemoteCertificateValidationCallback = (_, shown, chain, _) => PeerCheck.FindFault(
                    shown as X509Certificate2, chain!.ChainPolicy.ExtraStore, _ours.Itself, PeerRole.Server,
                    "127.0.0.1", TestAuthority.Now) is null,
            });
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }
}
