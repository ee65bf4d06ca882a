using System.Collections.Concurrent;

namespace Swarm.Linux.Processes;

/// <summary>The children that this process started and that somebody waits for: nobody else may.</summary>
internal static class OwnChildren
{
    private static readonly ConcurrentDictionary<int, byte> Pids = new();

    // Many may start children at a time; who looks for others' waits until each that is started is known.
    private static readonly ReaderWriterLockSlim Starts = new();

    /// <summary>Before a child is started.</summary>
    public static Starting Begin()
    {
        Starts.EnterReadLock();
        return new Starting();
    }

    /// <summary>It was waited for.</summary>
    public static void Remove(int pid) => Pids.TryRemove(pid, out _);

    /// <summary>Does something while no child is being started.</summary>
    /// <param name="look">Is told whether a pid is that of such a child.</param>
    public static void WhileNoneStarts(Action<Func<int, bool>> look)
    {
        Starts.EnterWriteLock();
        try
        {
            look(Pids.ContainsKey);
        }
        finally
        {
            Starts.ExitWriteLock();
        }
    }

    /// <summary>It was started, and is somebody's to wait for.</summary>
    public static void Add(int pid) => Pids[pid] = 0;

    /// <summary>From <see cref="Begin"/> until the child is known.</summary>
    internal readonly struct Starting : IDisposable
    {
        public void Dispose() => Starts.ExitReadLock();
    }
}
