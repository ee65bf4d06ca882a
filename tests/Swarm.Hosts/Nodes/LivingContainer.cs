using System.Globalization;
using Swarm.Hosts.Machines;

namespace Swarm.Hosts.Nodes;

/// <summary>A container in which something runs, as the kernel has it.</summary>
/// <param name="Started">When its first process started, in ticks of the machine's clock.</param>
public sealed record LivingContainer(string Host, string Id, int Pid, long Started)
{
    /// <summary>Null when nothing runs in the group.</summary>
    internal static LivingContainer? Find(string host, string group)
    {
        var first = Machine.ProcessesOf(group)
            .Select(pid => (Pid: pid, Started: StartOf(pid)))
            .Where(process => process.Started is not null)
            .OrderBy(process => process.Started).ThenBy(process => process.Pid)
            .FirstOrDefault();
        return first.Started is { } started
            ? new LivingContainer(host, Path.GetFileName(group), first.Pid, started)
            : null;
    }

    private static long? StartOf(int pid)
    {
        try
        {
            // The name in brackets may hold blanks; the start is field 22, the 20th after it.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" || IsRuntime(pid)
                ? null
                : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null; // it ended meanwhile
        }
    }

    /// <summary>A container that was made and not started yet has a process, too: that of crun, which waits.</summary>
    private static bool IsRuntime(int pid) =>
        Path.GetFileName(File.ReadAllText($"/proc/{pid}/cmdline").Split('\0')[0]) == "crun";
}
