using System.Diagnostics;

namespace Swarm.Runtime.Tests;

/// <summary>Programs of the host, for setting up and looking at what was done.</summary>
internal static class Host
{
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program}: {errors}");
    }

    /// <summary>Whether this host has cgroups of version 2 and no others.</summary>
    public static bool HasCgroups2 { get; } = File.Exists("/sys/fs/cgroup/cgroup.controllers");

    /// <summary>crun refuses a host that shows both cgroup versions.</summary>
    public static void ExpectTestNamespace()
    {
        if (Linux.Mounts.FileSystemKind.IsCgroup2("/sys/fs/cgroup/unified"))
        {
            throw new InvalidOperationException(
                "these tests need a mount namespace without /sys/fs/cgroup/unified: start them by tests/run linux");
        }
    }
}
