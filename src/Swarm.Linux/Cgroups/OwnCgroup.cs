using System.Globalization;

namespace Swarm.Linux.Cgroups;

/// <summary>The cgroup that this process is in.</summary>
internal static class OwnCgroup
{
    /// <summary>Moves this process to where it is.</summary>
    /// <param name="root">Where the hierarchy is mounted.</param>
    /// <param name="controllers">Those of the hierarchy, as the kernel names them together; empty is version 2.</param>
    public static void Stay(string root, string controllers)
    {
        try
        {
            var path = File.ReadLines("/proc/self/cgroup").Select(line => line.Split(':', 3))
                .FirstOrDefault(fields => fields.Length == 3 && fields[1] == controllers)?[2];
            if (path is null) return;
            var processes = Path.Join(root, path, "cgroup.procs");
            var own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            // In a cgroup namespace the path may be another one's in a hierarchy that is seen from outside of it.
            if (File.ReadLines(processes).Contains(own)) File.WriteAllText(processes, own);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // It goes on as it would have without: version 2 lets nobody stay where controllers are handed down.
        }
    }
}
