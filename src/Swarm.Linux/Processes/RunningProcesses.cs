using System.Globalization;
using System.Text;

namespace Swarm.Linux.Processes;

/// <summary>The processes of this host, as <see href="https://man7.org/linux/man-pages/man5/proc.5.html">/proc</see>
/// shows them.</summary>
public static class RunningProcesses
{
    /// <summary>Finds processes by the arguments they were started with, the program's name being the first.</summary>
    /// <remarks>One that comes or ends meanwhile may be missed. Threads of the kernel have no arguments.</remarks>
    public static IReadOnlyList<ProcessIdentity> Find(Predicate<string[]> isWanted)
    {
        ArgumentNullException.ThrowIfNull(isWanted);
        List<ProcessIdentity> found = [];
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            var isProcess = int.TryParse(
                Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid);
            // The identity before and after: where the pid changes hands, the arguments are those of another.
            if (isProcess && ProcessIdentity.Of(pid) is { } process && isWanted(ArgumentsOf(pid)) && process.IsAlive)
            {
                found.Add(process);
            }
        }

        return found;
    }

    private static string[] ArgumentsOf(int pid)
    {
        try
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline");
            return Encoding.UTF8.GetString(File.ReadAllBytes(path)).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return []; // ENOENT, or ESRCH: it ended meanwhile
        }
    }
}
