using System.Diagnostics;
using Swarm.Daemon.Configuration;
using Swarm.Daemon.Host;
using Swarm.Linux.Namespaces;

namespace Swarm.Daemon.Running;

/// <summary>Lets a process in the node's mount namespace destroy what is there, then lets go
/// of the namespace itself.</summary>
/// <remarks>The pin lies outside, so whoever releases it must be outside, too.</remarks>
internal static class DestructionFromOutside
{
    private const string InsideMark = "SWARM_DESTROY_INSIDE";

    /// <summary>Whether this process is the one that goes inside.</summary>
    public static bool IsInside => Environment.GetEnvironmentVariable(InsideMark) is not null;

    public static async Task<int> RunAsync(DaemonOptions options, string[] arguments, CancellationToken stop)
    {
        var program = Environment.ProcessPath!;
        var isHosted = Path.GetFileName(program) == "dotnet";
        var start = new ProcessStartInfo(
            program, isHosted ? [Environment.GetCommandLineArgs()[0], .. arguments] : arguments);
        start.Environment[InsideMark] = "1";
        using var inside = Process.Start(start)!;
        await inside.WaitForExitAsync(stop);
        if (inside.ExitCode == ExitCodes.Stopped) MountNamespace.Release(NodePlaces.NamespacePin(options));
        return inside.ExitCode;
    }
}
