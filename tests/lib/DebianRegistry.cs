using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Swarm.Tests;

/// <summary>The registry of Debian's <c>docker-registry</c>, on loopback, with a folder of its own.</summary>
public sealed class DebianRegistry : IAsyncLifetime
{
    public const string User = "user";
    public const string Password = "secret";

    // Of the password, by bcrypt.
    private const string Hash = "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-registry-").FullName;
    private readonly bool _asksWho;
    private Process? _process;

    public DebianRegistry() : this(asksWho: false)
    {
    }

    internal DebianRegistry(bool asksWho) => _asksWho = asksWho;

    /// <summary>Host and port, as names of images begin.</summary>
    public string Host { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var port = FreePorts.Next();
        Host = $"127.0.0.1:{port}";
        var passwords = Path.Combine(_folder, "htpasswd");
        await File.WriteAllTextAsync(passwords, $"{User}:{Hash}\n");
        object? auth = _asksWho ? new { htpasswd = new { realm = "test", path = passwords } } : null;
        var configuration = Path.Combine(_folder, "config.yml"); // JSON is YAML, too
        await File.WriteAllTextAsync(configuration, JsonSerializer.Serialize(new
        {
            version = 0.1,
            log = new { level = "error", accesslog = new { disabled = true } },
            storage = new { filesystem = new { rootdirectory = Path.Combine(_folder, "data") } },
            http = new { addr = Host },
            auth,
        }));
        _process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", configuration])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await UntilListeningAsync(port);
    }

    /// <summary>Ends it; what it has stays as long as this lives.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task UntilListeningAsync(int port)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (TimeProvider.System.GetElapsedTime(begun) < Patience)
            {
                Assert.False(_process!.HasExited, "docker-registry ended");
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }
}
