using System.Diagnostics;

namespace Swarm.Benchmarks.Docker;

/// <summary>Docker's own daemon, in a network namespace of its own, for comparison.</summary>
internal sealed class DockerDaemon : IAsyncDisposable
{
    private const string Program = "/usr/sbin/dockerd";

    private readonly string _root = Directory.CreateTempSubdirectory("swarm-bench-dockerd-").FullName;
    private Process? _process;

    public static bool IsThere => File.Exists(Program);

    public DockerEngine Engine => new("Docker", $"{_root}/docker.sock");

    public static async Task<DockerDaemon> StartAsync()
    {
        var daemon = new DockerDaemon();
        var root = daemon._root;
        daemon._process = Process.Start(new ProcessStartInfo(
            "unshare",
            [
                "--net", "--", "sh", "-c",
                $"ip link set lo up && exec {Program} --data-root {root}/data --exec-root {root}/run "
                + $"--pidfile {root}/pid -H unix://{root}/docker.sock >{root}/log 2>&1",
            ]))!;
        while (!File.Exists(daemon.Engine.Socket))
        {
            if (daemon._process.HasExited)
                throw new InvalidOperationException($"dockerd ended: {await File.ReadAllTextAsync($"{root}/log")}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        await daemon.Engine.DoAsync("version");
        return daemon;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            using var terminate = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await terminate.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        // It leaves its network namespace mounted.
        using var unmount = Process.Start("umount", ["--lazy", $"{_root}/run/netns/default"]);
        await unmount.WaitForExitAsync();
        Directory.Delete(_root, recursive: true);
    }
}
