using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Swarm.Benchmarks.Docker;

/// <summary>The requests of a <c>docker</c> command without the command: what is left is the engine's time.</summary>
internal sealed class RawRequests : IDisposable
{
    private static readonly JsonSerializerOptions AsNamed = new();

    private readonly HttpClient _client;

    public RawRequests(DockerEngine engine) => _client = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(engine.Socket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://engine/v1.41/"),
    };

    public void Dispose() => _client.Dispose();

    /// <summary>What <c>docker run --rm --network host</c> asks, but the container's output.</summary>
    public Task<double> RunAsync(string image, params string[] command) => TimedAsync(async () =>
    {
        var host = new { NetworkMode = "host", AutoRemove = true };
        var id = await PostAsync("containers/create", new { Image = image, Cmd = command, HostConfig = host });
        var waiting = _client.PostAsync($"containers/{id}/wait?condition=removed", null);
        using var started = await _client.PostAsync($"containers/{id}/start", null);
        started.EnsureSuccessStatusCode();
        using var removed = await waiting;
        // Who asks too late is told that there is none.
        if (removed.StatusCode != HttpStatusCode.NotFound) removed.EnsureSuccessStatusCode();
    });

    /// <summary>What <c>docker exec</c> asks.</summary>
    public Task<double> ExecAsync(string container, params string[] command) => TimedAsync(async () =>
    {
        var exec = await PostAsync(
            $"containers/{container}/exec", new { Cmd = command, AttachStdout = true, AttachStderr = true });
        using var start = JsonContent.Create(new { Detach = false, Tty = false }, options: AsNamed);
        await start.LoadIntoBufferAsync();
        using var output = await _client.PostAsync($"exec/{exec}/start", start);
        await output.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
        await _client.GetByteArrayAsync($"exec/{exec}/json");
    });

    public Task<double> LogsAsync(string container) =>
        TimedAsync(() => _client.GetByteArrayAsync($"containers/{container}/logs?stdout=1&stderr=1"));

    public Task<double> ListAsync() => TimedAsync(() => _client.GetByteArrayAsync("containers/json?all=1"));

    private async Task<string> PostAsync<T>(string path, T body)
    {
        using var content = JsonContent.Create(body, options: AsNamed);
        // Docker takes no body that comes in pieces.
        await content.LoadIntoBufferAsync();
        using var answer = await _client.PostAsync(path, content);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["Id"]!.GetValue<string>();
    }

    private static async Task<double> TimedAsync(Func<Task> ask)
    {
        var since = Stopwatch.GetTimestamp();
        await ask();
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }
}
