using System.Diagnostics;

namespace Swarm.Images.Tests.Collecting;

/// <summary>Knows when nothing goes on by itself on threads of the pool.</summary>
internal sealed class PoolQuiet
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly int _most;

    // Threads of the pool that others have for long: the test framework's.
    private int _others;
    private int _waiting;

    public PoolQuiet()
    {
        ThreadPool.GetMinThreads(out _, out var completions);
        ThreadPool.SetMinThreads(32, completions);
        ThreadPool.GetMaxThreads(out _most, out _);
        _others = int.MaxValue;
        for (var look = 0; look < 5; look++)
        {
            _others = Math.Min(_others, Busy());
            Thread.Sleep(1);
        }
    }

    /// <summary>This thread of the pool waits from now on.</summary>
    public void Waits() => Interlocked.Increment(ref _waiting);

    /// <summary>One that waited goes on.</summary>
    public void GoesOn() => Interlocked.Decrement(ref _waiting);

    public void Wait()
    {
        var began = 0L;
        for (var spin = new SpinWait(); !IsQuiet() || !IsQuiet(); spin.SpinOnce())
        {
            if (began == 0) began = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(began) < Patience) continue;
            _others++; // somebody else has begun something long
            began = 0;
        }
    }

    private bool IsQuiet()
    {
        if (ThreadPool.PendingWorkItemCount > 0) return false;
        var others = Busy() - Volatile.Read(ref _waiting);
        if (others < _others) _others = Math.Max(0, others);
        return others <= _others;
    }

    private int Busy()
    {
        ThreadPool.GetAvailableThreads(out var free, out _);
        return _most - free;
    }
}
