using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Swarm.Client;
using Swarm.Client.Images;

namespace Swarm.Benchmarks;

/// <summary>The published <c>swarmd</c>, with folders and a port of its own;
/// <see cref="DisposeAsync"/> takes all of it away.</summary>
internal sealed class BenchDaemon : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("swarm-bench-").FullName;
    private readonly string _program = Path.Combine(Repository.Published, "swarmd.folder", "swarmd");
    private readonly string[] _settings;
    private Process? _process;

    private BenchDaemon()
    {
        Port = FreePort();
        _settings =
        [
            "--set", $"swarm.data-root={_root}/data", "--set", $"swarm.run-root={_root}/r", "--set",
            $"swarm.cluster.port={Port}",
            "--set", "swarm.node.name=bench", "--set", "swarm.http.port=0",
        ];
    }

    public int Port { get; }

    public string Socket => $"{_root}/r/swarm.sock";

    /// <summary>From the start of the process until it says that it is ready.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    public static async Task<BenchDaemon> StartAsync()
    {
        var daemon = new BenchDaemon();
        await daemon.LaunchAsync();
        return daemon;
    }

    public SwarmClient Connect() => SwarmClient.Connect(
        new SwarmClientOptions { Contacts = [$"127.0.0.1:{Port}"], Timeout = TimeSpan.FromSeconds(60) });

    public async Task ImportImageAsync()
    {
        using var images = new ImageClient(Socket);
        using var tar = new MemoryStream(await BusyboxImage.TarAsync());
        await images.ImportAsync(tar, "bench", "latest", CancellationToken.None);
    }

    /// <summary>Memory of the process that is resident, in MiB.</summary>
    public double ResidentMebibytes()
    {
        var line = File.ReadLines($"/proc/{_process!.Id}/status")
            .First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    public TimeSpan ProcessorTime()
    {
        _process!.Refresh();
        return _process.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            using var terminate = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await terminate.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        using var destroy = Process.Start(
            new ProcessStartInfo(_program, ["--destroy", .. _settings]) { RedirectStandardOutput = true })!;
        await destroy.StandardOutput.ReadToEndAsync();
        await destroy.WaitForExitAsync();
        _process?.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private async Task LaunchAsync()
    {
        var since = Stopwatch.GetTimestamp();
        _process = Process.Start(new ProcessStartInfo(_program, _settings) { RedirectStandardOutput = true })!;
        var output = _process.StandardOutput;
        var said = "";
        while (await output.ReadLineAsync() is { } line)
        {
            said += line + Environment.NewLine;
            if (!line.Contains("Ready in ", StringComparison.Ordinal)) continue;
            ReadyAfter = Stopwatch.GetElapsedTime(since);
            // so that it never waits for a reader; ends with the process
            _ = output.BaseStream.CopyToAsync(Stream.Null);
            return;
        }

        throw new InvalidOperationException($"swarmd ended before it was ready: {said}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
