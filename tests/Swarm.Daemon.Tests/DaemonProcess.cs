using System.Diagnostics;
using System.Net.Sockets;

namespace Swarm.Daemon.Tests;

/// <summary>A real swarmd with roots and a port of its own, taken off the host at the end with
/// all that it made.</summary>
/// <param name="launcher">A program and its arguments, through which it is started.</param>
internal sealed class DaemonProcess(params string[] launcher) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = global::Swarm.Tests.Patience.Seconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("swd").FullName;
    private readonly object _gate = new();
    private readonly List<string> _output = [];
    private Process? _process;

    public string Socket => $"{RunRoot}/swarm.sock";

    public string DataRoot => $"{DataFolder ?? _folder}/data";

    /// <summary>Where its data root is made; null: in a folder of its own.</summary>
    public string? DataFolder { get; init; }

    public string RunRoot => $"{_folder}/run";

    public int Port { get; } = FreePorts.Next();

    /// <summary>Settings beside roots and port, as <c>--set</c> takes them.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Where its HTTP server is, of the last start.</summary>
    public string HttpHost => Output
        .Select(line => line.Split("are served at ") is [_, var address] ? new Uri(address).Authority : null)
        .OfType<string>().Last();

    /// <summary>All that it wrote, of every start, both streams.</summary>
    public string[] Output
    {
        get
        {
            lock (_gate) return [.. _output];
        }
    }

    public int Pid => _process!.Id;

    /// <summary>Starts it, and waits for its line that it is ready.</summary>
    public async Task StartAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = _process = Launch(launcher, []);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        // It is read on to its end: a daemon whose words nobody takes would stand still.
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Task.WhenAny(ready.Task, process.WaitForExitAsync()).WaitAsync(Patience);
        if (!ready.Task.IsCompleted) throw new InvalidOperationException($"swarmd ended: {string.Join('\n', Output)}");

        void Hear(string? line)
        {
            if (line is null) return;
            lock (_gate) _output.Add(line);
            if (line.Contains("Ready in ", StringComparison.Ordinal)) ready.TrySetResult();
        }
    }

    /// <summary>Runs swarmd to its end with these roots and more arguments.</summary>
    public async Task<(int ExitCode, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Launch([], arguments);
        using var patience = new CancellationTokenSource(Patience);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await errors);
    }

    /// <summary>Asks it to stop, as systemd does.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{Pid}"]);
        return await EndAsync();
    }

    /// <summary>Ends it without a chance to do anything.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await EndAsync();
    }

    public async Task<string> GetAsync(string path)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        return await client.GetStringAsync(new Uri("http://swarm" + path));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
        _process?.Dispose();
        if (Directory.Exists(DataRoot)) await RunAsync("--destroy");
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<int> EndAsync()
    {
        await _process!.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    private Process Launch(string[] through, string[] more)
    {
        string[] command =
        [
            .. through, "dotnet", "swarmd.dll", // a path that holds only in its working folder
            "--set", $"swarm.data-root={DataRoot}", "--set", $"swarm.run-root={RunRoot}",
            "--set", $"swarm.cluster.port={Port}", "--set", "swarm.http.port=0",
            .. Settings.SelectMany(setting => (string[])["--set", setting]), .. more,
        ];
        return Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }
}
