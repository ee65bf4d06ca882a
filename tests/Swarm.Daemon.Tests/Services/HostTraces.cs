using System.Diagnostics;

namespace Swarm.Daemon.Tests.Services;

/// <summary>What of a node's containers is on the host, looked up with the host's own means
/// and not the node's.</summary>
/// <param name="Programs">Processes in cgroups of the node, as <c>CONTAINER pid start</c>.</param>
/// <param name="Monitors">Its conmon processes, as <c>pid start</c>.</param>
/// <param name="Roots">Mounts of overlayfs in the node's mount namespace, by path.</param>
internal sealed record HostTraces(
    IReadOnlyList<string> Programs,
    IReadOnlyList<string> Monitors,
    IReadOnlyList<string> Roots,
    IReadOnlyList<string> Networks,
    IReadOnlyList<string> Cgroups,
    IReadOnlyList<string> Folders)
{
    public static HostTraces Of(DaemonProcess daemon, string nodeId)
    {
        var group = $"/swarm-{nodeId[..8]}/";
        var programs = new List<string>();
        var monitors = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(path => char.IsDigit(path[6])))
        {
            if (Read($"{folder}/stat") is not { Length: > 0 } stat || Read($"{folder}/cmdline") is not { } line)
                continue;
            // The name in brackets may hold blanks; the start is field 22, the 20th after it.
            var process = $"{folder[6..]} {stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]}";
            if (line.Contains("conmon\0", StringComparison.Ordinal)
                && line.Contains(daemon.RunRoot, StringComparison.Ordinal))
            {
                monitors.Add(process);
            }
            else if (Read($"{folder}/cgroup")?.Split('\n')
                .FirstOrDefault(x => x.Contains(group, StringComparison.Ordinal)) is { } at)
            {
                programs.Add($"{at[(at.IndexOf(group, StringComparison.Ordinal) + group.Length)..]} {process}");
            }
        }

        return new HostTraces(
            Sorted(programs), Sorted(monitors), Sorted(OverlayMounts(daemon)),
            Sorted(Inside(daemon, "ls", $"{daemon.RunRoot}/state/netns")),
            Sorted(CgroupFolders(group)), Sorted(Names($"{daemon.DataRoot}/containers")));
    }

    /// <summary>Everything, each with its kind.</summary>
    public IReadOnlyList<string> All() =>
    [
        .. Programs.Select(name => "program " + name), .. Monitors.Select(name => "conmon " + name),
        .. Roots.Select(name => "root " + name), .. Networks.Select(name => "network " + name),
        .. Cgroups.Select(name => "cgroup " + name), .. Folders.Select(name => "folder " + name),
    ];

    /// <summary>Ids of the containers in which something runs.</summary>
    public IReadOnlyList<string> Containers() => [.. Programs.Select(line => line.Split(' ')[0]).Distinct()];

    private static IEnumerable<string> OverlayMounts(DaemonProcess daemon) =>
        Inside(
            daemon, "cat", "/proc/self/mountinfo").Where(line => line.Contains(" - overlay ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[4])
            .Where(path => path.StartsWith(daemon.DataRoot, StringComparison.Ordinal));

    private static IEnumerable<string> CgroupFolders(string group) =>
        Directory.EnumerateDirectories("/sys/fs/cgroup").Prepend("/sys/fs/cgroup")
            .SelectMany(controller => Names(controller + group)).Distinct();

    private static IEnumerable<string> Names(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)) : [];

    private static string[] Inside(DaemonProcess daemon, params string[] command)
    {
        using var process =
            Process.Start(new ProcessStartInfo("nsenter", [$"--mount={daemon.RunRoot}/ns/mnt", .. command])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null; // it ended meanwhile
        }
    }
}
