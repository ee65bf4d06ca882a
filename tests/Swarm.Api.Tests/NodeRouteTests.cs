using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Swarm.Api.Tests;

public sealed class NodeRouteTests
{
    [Theory]
    [InlineData("HEAD", "/_ping", "")]
    [InlineData("GET", "/_ping", "OK")]
    [InlineData("GET", "/v1.24/_ping", "OK")]
    public async Task A_ping_is_answered_with_the_version_of_the_interface(string method, string path, string body)
    {
        await using var node = await ServedNode.StartAsync();

        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var answer = await node.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("1.50", Assert.Single(answer.Headers.GetValues("Api-Version")));
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_version_and_the_node_are_shown()
    {
        await using var node = await ServedNode.StartAsync();

        using var version = JsonDocument.Parse(await node.Client.GetStringAsync("/version"));
        using var host = JsonDocument.Parse(await node.Client.GetStringAsync("/v1.40/info"));

        Assert.Equal("1.50", version.RootElement.GetProperty("ApiVersion").GetString());
        Assert.Equal("1.24", version.RootElement.GetProperty("MinAPIVersion").GetString());
        Assert.Equal("node1", host.RootElement.GetProperty("ID").GetString());
        Assert.Equal(4, host.RootElement.GetProperty("NCPU").GetInt32());
        Assert.Equal(0, host.RootElement.GetProperty("Warnings").GetArrayLength());
    }

    [Theory]
    [InlineData("/v1.99/_ping", HttpStatusCode.BadRequest,
        "client version 1.99 is too new. Maximum supported API version is 1.50")]
    [InlineData("/v1.12/_ping", HttpStatusCode.BadRequest,
        "client version 1.12 is too old. Minimum supported API version is 1.24")]
    [InlineData("/v1.41/services", HttpStatusCode.NotImplemented,
        "GET /services is not supported by this version of Swarm: "
        + "the command swarm deploys, lists and scales services")]
    [InlineData("/containers/x/checkpoints", HttpStatusCode.NotImplemented,
        "GET /containers/x/checkpoints is not supported by this version of Swarm")]
    [InlineData("/system/x", HttpStatusCode.NotFound, "page not found")]
    [InlineData("/nothing", HttpStatusCode.NotFound, "page not found")]
    public async Task What_is_not_served_says_so(string path, HttpStatusCode status, string message)
    {
        await using var node = await ServedNode.StartAsync();

        var answer = await node.Client.GetAsync(path);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal($"{{\"message\":\"{message}\"}}\n", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("HEAD", "/containers/json", HttpStatusCode.NotFound)]
    [InlineData("GET", "/nodes%0a", HttpStatusCode.NotFound)]
    [InlineData("HEAD", "/v1.41/images/box/json", HttpStatusCode.NotFound)]
    [InlineData("HEAD", "/services", HttpStatusCode.NotFound)]
    [InlineData("POST", "/images/box/json", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/containers/x/start", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/networks", HttpStatusCode.NotFound)]
    [InlineData("GET", "/build", HttpStatusCode.NotFound)]
    [InlineData("GET", "/volumes/x/y", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/volumes/x", HttpStatusCode.NotImplemented)]
    [InlineData("POST", "/plugins/a/b:latest/enable", HttpStatusCode.NotImplemented)]
    [InlineData("HEAD", "/_ping", HttpStatusCode.OK)]
    [InlineData("OPTIONS", "/containers/json", HttpStatusCode.OK)]
    [InlineData("OPTIONS", "/v1.41/nothing/there", HttpStatusCode.OK)]
    public async Task A_method_that_a_path_does_not_have_is_answered_as_a_path_that_there_is_not(
        string method, string path, HttpStatusCode status)
    {
        await using var node = await ServedNode.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        var answer = await node.Client.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Empty(answer.Content.Headers.Allow);
        if (status == HttpStatusCode.NotFound)
            Assert.Equal(method == "HEAD" ? "" : "{\"message\":\"page not found\"}\n", body);
    }

    [Fact]
    public async Task What_is_wrong_with_the_cluster_is_a_warning()
    {
        await using var node = await ServedNode.StartAsync();
        node.ClusterWarnings = ["10.0.0.3:4000 is out of reach"];

        var info = await node.Client.GetStringAsync("/info");

        Assert.Contains("10.0.0.3:4000 is out of reach", info, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task Health_is_ok_or_says_what_is_wrong(string path)
    {
        await using var node = await ServedNode.StartAsync();
        Assert.Equal("ok\n", await node.Client.GetStringAsync(path));

        node.Unhealthy = "the journal is down";
        var answer = await node.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("the journal is down", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_socket_is_for_owner_and_group_only_and_gone_at_the_end()
    {
        string socket;
        await using (var node = await ServedNode.StartAsync())
        {
            socket = node.Socket;
            Assert.Equal("0660", Convert.ToString((int)File.GetUnixFileMode(socket), 8).PadLeft(4, '0'));
        }

        Assert.False(File.Exists(socket));
    }

    [Fact]
    public async Task A_socket_a_dead_process_left_is_replaced_and_a_live_one_is_not()
    {
        await using var node = await ServedNode.StartAsync();
        var served = await Assert.ThrowsAsync<IOException>(() => node.ListenAsync(refusal: null));
        Assert.Equal($"another process listens on {node.Socket}", served.Message);

        var stale = Path.Combine(Path.GetDirectoryName(node.Socket)!, "stale.sock");
        Leave(stale);
        Http.ListeningSocket.Prepare(stale);

        await File.WriteAllTextAsync(stale + "2", "not a socket");
        Assert.Throws<IOException>(() => Http.ListeningSocket.Prepare(stale + "2"));
    }

    /// <summary>A socket file nobody listens on: renamed, so that its maker does not take it away.</summary>
    private static void Leave(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path + ".bound"));
        File.Move(path + ".bound", path);
    }
}
