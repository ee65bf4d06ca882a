using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Api.Web;
using Swarm.Images;
using Swarm.Images.Peers;
using Swarm.Images.Registry;
using Swarm.Wire.Security;
using Swarm.Wire.Tests.Security;

namespace Swarm.Api.Tests.Web;

public sealed class WebServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-web-").FullName;
    private readonly TestAuthority _authority = new("cluster");
    private readonly SocketsHttpHandler _handler = new();
    private readonly ImageStore _store;
    private readonly ImageRegistries _registries;
    private readonly PeerImages _images;
    private string? _fault;

    public WebServerTests()
    {
        _store = new ImageStore(
            new ImageStoreOptions { Root = $"{_folder}/images" }, TimeProvider.System,
            NullLogger<ImageStore>.Instance);
        _registries = new ImageRegistries(
            _store, new RegistryOptions(), TimeProvider.System, NullLogger<ImageRegistries>.Instance);
        _images = new PeerImages(
            _store, _registries, new NoPeers(), _handler, new PeerOptions(), TimeProvider.System,
            NullLogger<PeerImages>.Instance);
    }

    public void Dispose()
    {
        _images.Dispose();
        _registries.Dispose();
        _store.Dispose();
        _handler.Dispose();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_node_says_that_it_lives_and_apart_from_that_whether_it_can_work()
    {
        using var listener = WebListener.Open(new WebOptions("127.0.0.1", 0, "127.0.0.1"));
        await using var server = await ServeAsync(listener, identity: null);
        using var client = new HttpClient { BaseAddress = listener.Address };
        _fault = "the journal does not answer";

        using var alive = await client.GetAsync(new Uri("/healthz", UriKind.Relative));
        using var ready = await client.GetAsync(new Uri("/readyz", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("the journal does not answer\n", await ready.Content.ReadAsStringAsync());
        Assert.Equal("Swarm/1.2.3 (linux)", ready.Headers.Server.ToString());
    }

    [Fact]
    public async Task In_the_clear_who_is_on_this_host_is_a_peer()
    {
        using var listener = WebListener.Open(new WebOptions("127.0.0.1", 0, "127.0.0.1"));
        await using var server = await ServeAsync(listener, identity: null);
        using var client = new HttpClient { BaseAddress = listener.Address };

        Assert.Equal("[]", await client.GetStringAsync(new Uri("/peer/images", UriKind.Relative)));
    }

    [Fact]
    public async Task With_certificates_only_who_shows_one_is_a_peer_and_everybody_may_ask_how_the_node_is()
    {
        using var identity = Load(_authority);
        using var listener = Listen();
        await using var server = await ServeAsync(listener, identity);
        using var stranger = Client(listener, own: null);
        using var peer = Client(listener, _authority.Make(TestAuthority.Node));

        using var refused = await stranger.GetAsync(new Uri("/peer/images", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal("ok\n", await stranger.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
        Assert.Equal("[]", await peer.GetStringAsync(new Uri("/peer/images", UriKind.Relative)));
    }

    [Fact]
    public async Task Who_shows_the_certificate_of_another_authority_is_not_spoken_with()
    {
        using var other = new TestAuthority("other");
        using var identity = Load(_authority);
        using var listener = Listen();
        await using var server = await ServeAsync(listener, identity);
        using var client = Client(listener, other.Make(TestAuthority.Node));

        await Assert.ThrowsAsync<HttpRequestException>(
            () => client.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
    }

    [Fact]
    public void A_port_that_another_has_is_named()
    {
        using var first = WebListener.Open(new WebOptions("127.0.0.1", 0, "127.0.0.1"));

        var refused = Assert.Throws<WebStartException>(
            () => WebListener.Open(new WebOptions("127.0.0.1", first.Address.Port, "127.0.0.1")));

        Assert.StartsWith(
            $"could not listen on 127.0.0.1:{first.Address.Port} for HTTP: ", refused.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/peer/images/sha256:0")]
    [InlineData("/peer/blobs/nothing")]
    [InlineData("/peer/blobs/nothing/pieces/0")]
    [InlineData("/peer/blobs/sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("/peer/blobs/sha256:0000000000000000000000000000000000000000000000000000000000000000/pieces/0")]
    [InlineData("/elsewhere")]
    public async Task What_is_not_here_is_not_found(string path)
    {
        using var listener = WebListener.Open(new WebOptions("127.0.0.1", 0, "127.0.0.1"));
        await using var server = await ServeAsync(listener, identity: null);
        using var client = new HttpClient { BaseAddress = listener.Address };

        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_over_which_pieces_go_is_marked_as_bulk_from_then_on(bool withTls)
    {
        using var identity = withTls ? Load(_authority) : null;
        using var listener = withTls ? Listen() : WebListener.Open(new WebOptions("127.0.0.1", 0, "127.0.0.1"));
        await using var server = await ServeAsync(listener, identity);
        using var client = Client(listener, withTls ? _authority.Make(TestAuthority.Node) : null);
        var zeros = new string('0', 64);

        var before = await client.GetStringAsync(new Uri("/mark", UriKind.Relative));
        using var piece = await client.GetAsync(new Uri($"/peer/blobs/sha256:{zeros}/pieces/0", UriKind.Relative));
        var after = await client.GetStringAsync(new Uri("/mark", UriKind.Relative));

        var connection = before.Split(' ')[0];
        Assert.Equal($"{connection} 0 0", before);
        Assert.Equal($"{connection} {8 << 2} 2", after); // CS1 as IP_TOS, TC_PRIO_BULK as SO_PRIORITY
    }

    private static WebListener Listen() => WebListener.Open(
        new WebOptions("127.0.0.1", 0, "127.0.0.1") { Tls = new TlsFiles("", "", "") });

    private static TlsIdentity Load(TestAuthority authority) => TlsIdentity.Load(
        authority.Write(TestAuthority.Node), PeerRole.Server, TimeProvider.System);

    private Task<WebServer> ServeAsync(WebListener listener, TlsIdentity? identity) => WebServer.StartAsync(
        listener, identity, "1.2.3",
        [
            new HealthRoutes(() => Task.FromResult(_fault)), new PeerRoutes(_images.Shared, identity is not null),
            new MarkRoutes(),
        ],
        NullLoggerFactory.Instance, CancellationToken.None);

    private static HttpClient Client(WebListener listener, X509Certificate2? own) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificateContext = own is null
                ? null
                : SslStreamCertificateContext.Create(own, null, offline: true),
#pragma warning disable CA5359 // What the server shows is not what is tested here.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        },
    })
    {
        BaseAddress = listener.Address,
    };

    /// <summary>Says how the connection is marked over which it is asked.</summary>
    private sealed class MarkRoutes : IWebRoutes
    {
        public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/mark", context =>
        {
            var socket = context.Features.Get<IConnectionSocketFeature>()!.Socket;
            return context.Response.WriteAsync(
                $"{context.Connection.Id} {Read(socket, level: 0, option: 1)} {Read(socket, level: 1, option: 12)}");
        });

        private static int Read(Socket socket, int level, int option)
        {
            var value = new byte[sizeof(int)];
            socket.GetRawSocketOption(level, option, value);
            return BitConverter.ToInt32(value);
        }
    }

    private sealed class NoPeers : IPeers
    {
        public string Self => "this";

        public Task<System.Collections.Immutable.ImmutableArray<Peer>> FindAsync(CancellationToken cancellation) =>
            Task.FromResult(System.Collections.Immutable.ImmutableArray<Peer>.Empty);
    }
}
