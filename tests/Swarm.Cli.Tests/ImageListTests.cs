using System.Net.Sockets;
using System.Text;

namespace Swarm.Cli.Tests;

public sealed class ImageListTests : IClassFixture<FakeGateway>, IDisposable
{
    private const string Web = """
        {"Id":"sha256:1111111111111111","RepoTags":["web:1"],"RepoDigests":["web@sha256:aa"],
        "Size":2048,"Created":1767225600,"Nodes":2}
        """;

    private const string Elsewhere = """
        {"Id":"sha256:2222222222222222","RepoTags":["db:1"],"RepoDigests":[],
        "Size":1024,"Created":0,"Nodes":1,"Here":false}
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-cli-");
    private readonly Socket _server = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CommandLine _line;

    public ImageListTests(FakeGateway gateway)
    {
        _line = new CommandLine(gateway);
        _server.Bind(new UnixDomainSocketEndPoint(Path));
        _server.Listen();
        _ = ServeAsync();
    }

    private string Path => $"{_folder.FullName}/s";

    public void Dispose()
    {
        _server.Dispose();
        _line.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Images_of_the_whole_cluster_are_listed_with_what_of_them_is_here()
    {
        var lines = await ListAsync();

        Assert.Equal(["NAME", "ID", "SIZE", "NODES", "HERE", "CREATED"], Words(lines[0]));
        Assert.Equal(["web:1", "111111111111", "2", "KiB", "2", "yes", "2026-01-01T00:00:00"], Words(lines[1]));
        Assert.Equal(["db:1", "222222222222", "1", "KiB", "1", "no"], Words(lines[2]));
    }

    [Fact]
    public async Task Those_of_the_node_alone_are_listed_by_their_digests_where_that_is_asked_for()
    {
        var lines = await ListAsync("--here", "--digests");

        Assert.Equal(["NAME", "DIGEST", "ID", "SIZE", "NODES", "HERE", "CREATED"], Words(lines[0]));
        Assert.Equal(["web:1", "sha256:aa"], Words(lines[1])[..2]);
        Assert.Equal(2, lines.Length);
    }

    private async Task<string[]> ListAsync(params string[] options)
    {
        var ran = await _line.RunAsync(["image", "ls", "--socket", Path, .. options]);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        return ran.Out.TrimEnd('\n').Split('\n');
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A node that has one image, and knows of another.</summary>
    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _server.AcceptAsync();
                var asked = new byte[4096];
                var length = await client.ReceiveAsync(asked);
                var path = Encoding.ASCII.GetString(asked, 0, length).Split(' ')[1];
                var body = path.Contains("/info", StringComparison.Ordinal) ? "{}"
                    : path.Contains("others=1", StringComparison.Ordinal) ? $"[{Web},{Elsewhere}]" : $"[{Web}]";
                await client.SendAsync(Encoding.ASCII.GetBytes(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    + $"Content-Length: {body.Length}\r\n\r\n{body}"));
                client.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
