using System.Diagnostics;

namespace Swarm.Images.Tests.Collecting;

/// <summary>Knows when nothing goes on by itself on threads of the pool.</summary>
/// <remarks>A thread counts as busy from the moment in which work is queued for it. Some are busy for as long as tests
/// run, with the framework of the tests: the fewest that were ever seen.</remarks>
internal sealed class PoolQuiet
{
    private const int FirstLooks = 100;

    // Not waited for in vain: nothing is decided by it but that the run has failed.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static int _others = int.MaxValue;

    private readonly int _most;

    public PoolQuiet()
    {
        ThreadPool.GetMinThreads(out _, out var completions);
        ThreadPool.SetMinThreads(32, completions);
        ThreadPool.GetMaxThreads(out _most, out _);
        for (var look = 0; look < FirstLooks; look++)
        {
            IsQuiet();
            Thread.Yield();
        }
    }

    /// <returns>False when somebody else keeps the pool busy.</returns>
    public bool Wait()
    {
        if (IsQuiet() && IsQuiet()) return true;
        var began = Stopwatch.GetTimestamp();
        for (var spin = new SpinWait(); !IsQuiet() || !IsQuiet(); spin.SpinOnce())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) return false;
        }

        return true;
    }

    private bool IsQuiet()
    {
        if (ThreadPool.PendingWorkItemCount > 0) return false;
        ThreadPool.GetAvailableThreads(out var free, out _);
        var busy = _most - free;
        if (busy < _others) _others = busy;
        return busy == _others;
    }
}
