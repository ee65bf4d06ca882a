using System.Diagnostics;
using System.Globalization;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>How much of the host a node takes, counted with the host's own means.</summary>
/// <param name="Mounts">In its mount namespace.</param>
/// <param name="Descriptors">Of its process.</param>
/// <param name="Devices">Of the network namespace that it is in.</param>
/// <param name="Rules">Lines of the packet filter.</param>
/// <param name="RunFiles">Files and folders of its run root.</param>
/// <param name="DataFiles">Of its data root, but for the journal.</param>
internal sealed record HostCounts(
    int Mounts, int Descriptors, int Devices, int Rules, int RunFiles, int DataFiles)
{
    /// <summary>Memory of the process that is its own, in MiB.</summary>
    public double OwnMebibytes { get; init; }

    public static HostCounts Of(DaemonProcess daemon) => new(
        Count("cat", $"/proc/{daemon.Pid}/mountinfo"),
        Directory.GetFileSystemEntries($"/proc/{daemon.Pid}/fd").Length,
        Directory.GetFileSystemEntries("/sys/class/net").Length,
        Count("nft", "list", "ruleset"),
        Count("nsenter", $"--mount={daemon.RunRoot}/ns/mnt", "find", daemon.RunRoot),
        Count("find", daemon.DataRoot, "-xdev", "-not", "-name", "journal*"))
    {
        OwnMebibytes = double.Parse(
            File.ReadLines($"/proc/{daemon.Pid}/status")
                .First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) / 1024,
    };

    private static int Count(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var lines = process.StandardOutput.ReadToEnd().Count(letter => letter == '\n');
        process.WaitForExit();
        return lines;
    }
}
