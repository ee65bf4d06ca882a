using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Swarm.Daemon.Tests.Docker;
using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Fuzzing;

/// <summary>Requests that nobody means, through the raw socket: the node answers or hangs up, and goes on.</summary>
/// <remarks>SWARM_FUZZ_SECONDS lets it go on longer, SWARM_FUZZ_SEED begins elsewhere.</remarks>
public sealed class HostileInputTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const int UsualRequests = 400;
    private const int AtOnce = 4;
    private const int MadeAnewAfter = 40;
    private const int MostRead = 100_000;
    private const int MostShown = 5;
    private const string Hangs = "nothing comes, and no end";
    private const long MostGrowthKib = 300 * 1024;

    private const string Container = """
        {"Image":"box","Cmd":["sh","-c","trap exit TERM; sleep 600 & wait"],"StopTimeout":1}
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);

    private readonly DaemonProcess _daemon = shared.Node.Daemon;

    [Fact]
    public async Task Every_endpoint_of_the_index_is_served_or_says_that_it_is_not()
    {
        foreach (var endpoint in ApiIndex.NotServed)
        {
            var answer = await SendAsync(new HostileRequest(Plain(endpoint.Method, endpoint.Path, ""), IsWhole: true));
            Assert.StartsWith("HTTP/1.1 501 ", answer, StringComparison.Ordinal);
            Assert.Contains("not supported", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_request_breaks_the_node()
    {
        var docker = new DockerClient(_daemon.Socket);
        var before = MemoryKib();
        var faults = new List<string>();
        var seed = Number("SWARM_FUZZ_SEED") ?? 1;
        var begun = TimeProvider.System.GetTimestamp();
        bool GoesOn(int done) => Number("SWARM_FUZZ_SECONDS") is { } seconds
            ? TimeProvider.System.GetElapsedTime(begun).TotalSeconds < seconds
            : done < UsualRequests;

        for (var done = 0; GoesOn(done); done += AtOnce, seed += AtOnce)
        {
            if (done % MadeAnewAfter == 0) await MakeAsync();
            faults.AddRange((await Task.WhenAll(Enumerable.Range(seed, AtOnce).Select(TryAsync))).OfType<string>());
        }

        Assert.True(faults.Count == 0, string.Join("\n\n", faults.Take(MostShown)));

        Assert.DoesNotContain(_daemon.Output, line => line.Contains("Unhandled exception", StringComparison.Ordinal));
        Assert.InRange(MemoryKib() - before, long.MinValue, MostGrowthKib);
        Assert.False(File.Exists("/tmp/escaped"));
        Assert.Equal("again", await docker.DoAsync("run", "--rm", "box", "echo", "again"));
    }

    /// <summary>There shall be a container that can be met, whatever was done with the last one.</summary>
    private async Task MakeAsync()
    {
        foreach (var (method, path, body) in ((string, string, string)[])
            [
                ("DELETE", "/containers/fuzzed?force=1", ""), ("POST", "/containers/create?name=fuzzed", Container),
                ("POST", "/containers/fuzzed/start", ""),
            ])
        {
            await SendAsync(new HostileRequest(Plain(method, path, body), IsWhole: true));
        }
    }

    private static byte[] Plain(string method, string path, string body) => Encoding.ASCII.GetBytes(
        $"{method} /v1.50{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        + $"Content-Length: {body.Length}\r\n\r\n{body}");

    /// <returns>What is wrong with the answer; null when nothing is.</returns>
    private async Task<string?> TryAsync(int seed)
    {
        var request = HostileRequest.Draw(new Random(seed));
        var answer = await SendAsync(request);
        var isAnswered = answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal);
        var isFault = answer.StartsWith("HTTP/1.1 500 ", StringComparison.Ordinal);
        return (isAnswered || (!request.IsWhole && answer != Hangs)) && !isFault
            ? null
            : $"seed {seed}: {Encoding.Latin1.GetString(request.Bytes)}\n\n{answer}\n"
                + string.Join('\n', _daemon.Output.TakeLast(15));
    }

    /// <summary>Sends it, and reads to the end; of an answer that goes on, to where nothing comes for a moment. Who
    /// has not sent all closes its half.</summary>
    private async Task<string> SendAsync(HostileRequest request)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_daemon.Socket), patience.Token);
        var answer = new StringBuilder();
        try
        {
            await socket.SendAsync(request.Bytes, patience.Token);
            if (!request.IsWhole) socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[16 * 1024];
            while (answer.Length < MostRead)
            {
                var count = await socket.ReceiveAsync(buffer, patience.Token);
                if (count == 0) break;
                answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
                patience.CancelAfter(Quiet);
            }
        }
        catch (SocketException)
        {
            // It hung up before it had heard all.
        }
        catch (OperationCanceledException)
        {
            // It goes on, or never began.
            if (answer.Length == 0) return Hangs;
        }

        return answer.ToString();
    }

    private long MemoryKib() => long.Parse(
        File.ReadLines($"/proc/{_daemon.Pid}/status")
            .Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
