using System.Diagnostics;

namespace Swarm.Benchmarks.Docker;

/// <summary>Podman's service, which answers Docker's clients, in a network namespace of its own, for comparison.
/// </summary>
internal sealed class PodmanService : IAsyncDisposable
{
    private const string Program = "/usr/bin/podman";

    private readonly string _root = Directory.CreateTempSubdirectory("swarm-bench-podman-").FullName;
    private Process? _process;

    public static bool IsThere => File.Exists(Program);

    // Podman 4.3 refuses a commit that has no body, as the client sends it.
    public DockerEngine Engine => new("Podman", $"{_root}/podman.sock") { CanCommit = false };

    private string[] Storage =>
        ["--root", $"{_root}/data", "--runroot", $"{_root}/run", "--cgroup-manager", "cgroupfs", "--runtime", "crun"];

    public static async Task<PodmanService> StartAsync()
    {
        var service = new PodmanService();
        var root = service._root;
        service._process = Process.Start(new ProcessStartInfo(
            "unshare",
            [
                "--net", "--", "sh", "-c", $"ip link set lo up && exec \"$@\" >{root}/log 2>&1", "podman",
                Program, .. service.Storage, "system", "service", "--time", "0", $"unix://{root}/podman.sock",
            ]))!;
        while (!File.Exists(service.Engine.Socket))
        {
            if (service._process.HasExited)
                throw new InvalidOperationException($"podman ended: {await File.ReadAllTextAsync($"{root}/log")}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        await service.Engine.DoAsync("version");
        return service;
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
        // Its containers' files belong to it, and are mounted.
        using var reset = Process.Start(Program, [.. Storage, "system", "reset", "--force"]);
        await reset.WaitForExitAsync();
        using var unmount = Process.Start(
            "sh", ["-c", "cut -d' ' -f5 /proc/self/mountinfo | grep \"^$1\" | sort -r | xargs -r umount", "sh", _root]);
        await unmount.WaitForExitAsync();
        Directory.Delete(_root, recursive: true);
    }
}
