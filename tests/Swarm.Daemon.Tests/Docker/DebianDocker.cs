using System.Diagnostics;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>Docker's own daemon, of Debian's <c>docker.io</c>, to push and pull with: it has no network and runs no
/// container.</summary>
public sealed class DebianDocker : IAsyncDisposable
{
    private static readonly TimeSpan Patience = global::Swarm.Tests.Patience.Seconds(60);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly string _folder = Directory.CreateTempSubdirectory("swdocker").FullName;
    private readonly List<string> _said = [];
    private Process? _process;

    private DebianDocker()
    {
    }

    /// <summary>The command, which keeps logins in a folder of its own.</summary>
    internal DockerClient Client => new(Socket, "--config", $"{_folder}/config");

    private string Socket => $"{_folder}/docker.sock";

    /// <summary>Starts it, and waits until it answers.</summary>
    public static async Task<DebianDocker> StartAsync()
    {
        var docker = new DebianDocker();
        try
        {
            await docker.BeginAsync();
            return docker;
        }
        catch
        {
            await docker.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } daemon)
        {
            using (var stop = Process.Start("kill", ["-TERM", $"{daemon.Id}"])) await stop.WaitForExitAsync();
            await daemon.WaitForExitAsync().WaitAsync(Patience);
            daemon.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task BeginAsync()
    {
        _process = Process.Start(new ProcessStartInfo("/usr/sbin/dockerd",
        [
            "--data-root", $"{_folder}/data", "--exec-root", $"{_folder}/exec", "--pidfile", $"{_folder}/pid",
            "--host", $"unix://{Socket}", "--storage-driver", "vfs", "--bridge", "none", "--iptables=false",
            "--ip-forward=false", "--ip-masq=false",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var begun = TimeProvider.System.GetTimestamp();
        while ((await Client.RunAsync("version")).ExitCode != 0)
        {
            if (_process.HasExited || TimeProvider.System.GetElapsedTime(begun) > Patience)
            {
                lock (_said) Assert.Fail($"dockerd does not answer: {string.Join('\n', _said)}");
            }

            await Task.Delay(LookEvery, TimeProvider.System);
        }
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_said) _said.Add(line);
    }
}
