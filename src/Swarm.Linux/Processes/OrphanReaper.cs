using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Swarm.Linux.Processes;

/// <summary>Takes in processes whose parents ended before them, and reaps those that nobody else waits for.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man2/PR_SET_CHILD_SUBREAPER.2const.html">PR_SET_CHILD_SUBREAPER</see>:
/// all descendants' orphans come here instead of to the first process of the pid namespace, for as long as this process
/// lives. Children of the Process class are left to it, as are those of <see cref="Spawner"/>.
/// </remarks>
public sealed unsafe partial class OrphanReaper : IDisposable
{
    private const int PR_SET_CHILD_SUBREAPER = 36;
    private const int P_PID = 1;
    private const int WNOHANG = 1;
    private const int WEXITED = 4;
    private const int WNOWAIT = 0x0100_0000;
    private const int SiginfoSize = 128;
    private const int NameMax = 15; // as the kernel keeps it

    private static readonly int OwnDepth = ReadStatus(Environment.ProcessId)?.Depth ?? 1;

    private readonly ImmutableHashSet<string> _names;
    private readonly PosixSignalRegistration _registration;

    /// <param name="names">Of programs that are nobody's children but orphans' when they are found among this
    /// process' own; those in pid namespaces below are taken whatever they are called.</param>
    public OrphanReaper(params IEnumerable<string> names)
    {
        _names = [.. names.Select(name => name.Length > NameMax ? name[..NameMax] : name)];
        SystemCall.Check(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), nameof(prctl));
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => Reap());
        Reap();
    }

    /// <summary>From now on they stay as they are, until this process ends.</summary>
    public void Dispose() => _registration.Dispose();

    /// <summary>Reaps those that have ended.</summary>
    internal void Reap()
    {
        try
        {
            OwnChildren.WhileNoneStarts(ReapOrphans);
        }
        catch (IOException)
        {
            // EMFILE, out of descriptors: the end of the next one is looked at with theirs.
        }
    }

    private void ReapOrphans(Func<int, bool> isOwn)
    {
        foreach (var child in ReadChildren())
        {
            if (!isOwn(child) && HasEnded(child) && ReadStatus(child) is { } status && IsOrphan(status))
                _ = waitpid(child, out _, WNOHANG); // somebody who was faster has reaped it
        }
    }

    /// <summary>Those of the first thread: orphans become its children.</summary>
    private static IEnumerable<int> ReadChildren()
    {
        var own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return File.ReadAllText($"/proc/{own}/task/{own}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture));
    }

    /// <remarks>Every conmon is among them for as long as its container runs: one call each is cheap.</remarks>
    private static bool HasEnded(int child)
    {
        var told = stackalloc int[SiginfoSize / sizeof(int)];
        told[0] = 0;
        return waitid(P_PID, child, told, WEXITED | WNOHANG | WNOWAIT) == 0 && told[0] != 0;
    }

    private bool IsOrphan(Status status) => status.Depth > OwnDepth || _names.Contains(status.Name);

    /// <returns>Null when there is no such process.</returns>
    private static Status? ReadStatus(int pid)
    {
        try
        {
            var fields = File.ReadLines($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/status")
                .Select(line => line.Split(':', 2))
                .Where(field => field.Length == 2)
                .ToDictionary(field => field[0], field => field[1].Trim(), StringComparer.Ordinal);
            return new Status(fields["Name"], fields["NSpid"].Split('\t').Length);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <param name="Depth">Of its pid namespace: 1 is that of this process' <c>/proc</c>.</param>
    private sealed record Status(string Name, int Depth);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitid(int kind, int pid, int* told, int options);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, out int status, int options);
}
