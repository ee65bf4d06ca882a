using System.Globalization;

namespace Swarm.Linux.Processes;

/// <summary>A process named so that another one that later gets its pid is not taken for it.</summary>
/// <param name="StartTime">Clock ticks since boot, field 22 of
/// <see href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">/proc/PID/stat</see>.</param>
public readonly record struct ProcessIdentity(int Pid, long StartTime)
{
    private const int StateField = 0;
    private const int FlagsField = 6;
    private const int StartTimeField = 19;

    /// <summary>PF_EXITING of the kernel's sched.h: it is in its exit, and may wait there for others.</summary>
    private const uint Exiting = 0x4;

    /// <summary>Whether it runs still. One that ended and was not waited for does not.</summary>
    /// <exception cref="IOException">It cannot be told: out of descriptors.</exception>
    public bool IsAlive => Pid > 0 && Of(Pid) == this;

    /// <summary>Whether it has ended, or does nothing any more but that: the first one of a pid namespace is alive
    /// until all others in it are gone, and nobody gets into that meanwhile.</summary>
    /// <exception cref="IOException">It cannot be told: out of descriptors.</exception>
    public bool IsEnding =>
        Pid <= 0 || Read(Pid) is not { } stat || Parse(Pid, stat) != this || (FlagsOf(stat) & Exiting) != 0;

    /// <returns>The process that has this pid now; null when none has, or it has ended.</returns>
    /// <exception cref="IOException">It cannot be told: out of descriptors.</exception>
    public static ProcessIdentity? Of(int pid) => Read(pid) is { } stat ? Parse(pid, stat) : null;

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

    private static string? Read(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
        }
        catch (IOException gone) when (IsNoProcess(gone))
        {
            return null;
        }
    }

    internal static ProcessIdentity? Parse(int pid, string stat)
    {
        var fields = Fields(stat);
        return fields[StateField] is "Z" or "X" or "x"
            ? null
            : new ProcessIdentity(pid, long.Parse(fields[StartTimeField], CultureInfo.InvariantCulture));
    }

    private static uint FlagsOf(string stat) => uint.Parse(Fields(stat)[FlagsField], CultureInfo.InvariantCulture);

    // The second field is the program's name, which may contain blanks and parentheses itself.
    private static string[] Fields(string stat) => stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
}
