using System.Globalization;

namespace Swarm.Linux.Processes;

/// <summary>A process named so that another one that later gets its pid is not taken for it.</summary>
/// <param name="StartTime">Clock ticks since boot, field 22 of
/// <see href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">/proc/PID/stat</see>.</param>
public readonly record struct ProcessIdentity(int Pid, long StartTime)
{
    private const int StateField = 0;
    private const int StartTimeField = 19;

    /// <summary>Whether it runs still. One that ended and was not waited for does not.</summary>
    /// <exception cref="IOException">It cannot be told: out of descriptors.</exception>
    public bool IsAlive => Pid > 0 && Of(Pid) == this;

    /// <returns>The process that has this pid now; null when none has, or it has ended.</returns>
    /// <exception cref="IOException">It cannot be told: out of descriptors.</exception>
    public static ProcessIdentity? Of(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
        }
        catch (IOException gone) when (IsNoProcess(gone))
        {
            return null;
        }

        return Parse(pid, stat);
    }

    /// <summary>Pids of the processes that a process started and that it has still to wait for.</summary>
    /// <exception cref="IOException">It cannot be told: out of descriptors.</exception>
    public static IReadOnlyList<int> ChildrenOf(int pid)
    {
        List<int> children = [];
        try
        {
            foreach (var thread in Directory.GetDirectories($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/task"))
            {
                var text = File.ReadAllText(Path.Join(thread, "children"));
                children.AddRange(text
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(child => int.Parse(child, CultureInfo.InvariantCulture)));
            }
        }
        catch (IOException gone) when (IsNoProcess(gone))
        {
            // It ended meanwhile: its children are its no more.
        }

        return children;
    }

    /// <summary>ENOENT, or ESRCH when it ended between opening and reading.</summary>
    private static bool IsNoProcess(IOException refused) =>
        refused is FileNotFoundException or DirectoryNotFoundException || refused.HResult == Errno.ESRCH;

    internal static ProcessIdentity? Parse(int pid, string stat)
    {
        // The second field is the program's name, which may contain blanks and parentheses itself.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[StateField] is "Z" or "X" or "x"
            ? null
            : new ProcessIdentity(pid, long.Parse(fields[StartTimeField], CultureInfo.InvariantCulture));
    }
}
