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
            var marked = $":{controllers}:";
            foreach (var line in File.ReadLines("/proc/self/cgroup"))
            {
                var at = line.IndexOf(marked, StringComparison.Ordinal);
                if (at < 0) continue;
                File.WriteAllText(
                    Path.Join(root, line[(at + marked.Length)..], "cgroup.procs"),
                    Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                return;
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // It goes on as it would have without: version 2 lets nobody stay where controllers are handed down.
        }
    }
}
