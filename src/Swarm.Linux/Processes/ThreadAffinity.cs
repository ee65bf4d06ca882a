using System.Runtime.InteropServices;

namespace Swarm.Linux.Processes;

/// <summary>The processors that the calling thread may run on.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html">sched_setaffinity(2)</see>
/// </remarks>
internal sealed partial class ThreadAffinity
{
    /// <summary>Linux is built for 8192 at most; the call wants no fewer bits than it was built for.</summary>
    private const int MostProcessors = 8192;

    private readonly byte[] _mask;

    private ThreadAffinity(byte[] mask) => _mask = mask;

    public static ThreadAffinity Read()
    {
        var mask = new byte[MostProcessors / 8];
        SystemCall.Check(sched_getaffinity(0, mask.Length, mask), nameof(sched_getaffinity));
        return new ThreadAffinity(mask);
    }

    /// <summary>Every processor there could be, one at a time.</summary>
    public static IEnumerable<ThreadAffinity> Single()
    {
        for (var processor = 0; processor < MostProcessors; processor++)
        {
            var mask = new byte[MostProcessors / 8];
            mask[processor / 8] = (byte)(1 << (processor % 8));
            yield return new ThreadAffinity(mask);
        }
    }

    /// <returns>False when none of them is there, or this process is kept off them by its cpuset.</returns>
    public bool TrySet() => sched_setaffinity(0, _mask.Length, _mask) == 0;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sched_getaffinity(int thread, nint size, [Out] byte[] mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sched_setaffinity(int thread, nint size, byte[] mask);
}
