using System.Diagnostics;

namespace Swarm.Benchmarks.Docker;

/// <summary>Another engine that answers Docker's clients, in a network namespace and a folder of its own, for
/// comparison.</summary>
internal sealed class OtherEngine : IAsyncDisposable
{
    private const string Dockerd = "/usr/sbin/dockerd";
    private const string Podman = "/usr/bin/podman";

    private readonly string _root;
    private readonly Process _process;
    private readonly Func<string, ProcessStartInfo> _clear;

    private OtherEngine(DockerEngine engine, string root, string[] command, Func<string, ProcessStartInfo> clear)
    {
        (Engine, _root, _clear) = (engine, root, clear);
        _process = Process.Start(new ProcessStartInfo(
            "unshare",
            ["--net", "--", "sh", "-c", $"ip link set lo up && exec \"$@\" >{root}/log 2>&1", "engine", .. command]))!;
    }

    public DockerEngine Engine { get; }

    /// <summary>Docker's own daemon, where the environment asks for it and it is there.</summary>
    public static async Task<OtherEngine?> StartDockerAsync(bool isWanted)
    {
        if (!isWanted || !File.Exists(Dockerd)) return null;
        var root = Directory.CreateTempSubdirectory("swarm-bench-dockerd-").FullName;
        return await ReadyAsync(new OtherEngine(
            new DockerEngine("Docker", SocketIn(root)), root,
            [
                Dockerd, "--data-root", $"{root}/data", "--exec-root", $"{root}/run", "--pidfile", $"{root}/pid",
                "-H", $"unix://{SocketIn(root)}",
            ],
            // It leaves its network namespace mounted.
            folder => new ProcessStartInfo("umount", ["--lazy", $"{folder}/run/netns/default"])));
    }

    /// <summary>Podman's service, where the environment asks for it and it is there.</summary>
    public static async Task<OtherEngine?> StartPodmanAsync(bool isWanted)
    {
        if (!isWanted || !File.Exists(Podman)) return null;
        var root = Directory.CreateTempSubdirectory("swarm-bench-podman-").FullName;
        string[] storage =
            ["--root", $"{root}/data", "--runroot", $"{root}/run", "--cgroup-manager", "cgroupfs", "--runtime", "crun"];
        return await ReadyAsync(new OtherEngine(
            // Podman 4.3 refuses a commit that has no body, as the client sends it.
            new DockerEngine("Podman", SocketIn(root)) { CanCommit = false }, root,
            [Podman, .. storage, "system", "service", "--time", "0", $"unix://{SocketIn(root)}"],
            // Its containers' files belong to it, and are mounted.
            folder => new ProcessStartInfo("sh",
            [
                "-c", "root=$1; shift; \"$@\"; cut -d' ' -f5 /proc/self/mountinfo | grep \"^$root\" | sort -r "
                    + "| xargs -r umount", "sh", folder, Podman, .. storage, "system", "reset", "--force",
            ])));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var terminate = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await terminate.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        using var clear = Process.Start(_clear(_root))!;
        await clear.WaitForExitAsync();
        Directory.Delete(_root, recursive: true);
    }

    private static string SocketIn(string root) => $"{root}/engine.sock";

    private static async Task<OtherEngine> ReadyAsync(OtherEngine other)
    {
        while (!File.Exists(other.Engine.Socket))
        {
            if (other._process.HasExited)
            {
                throw new InvalidOperationException(
                    $"{other.Engine.Name} ended: {await File.ReadAllTextAsync($"{other._root}/log")}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        await other.Engine.DoAsync("version");
        return other;
    }
}
