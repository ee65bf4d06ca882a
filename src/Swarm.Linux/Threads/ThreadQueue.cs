using System.Diagnostics.CodeAnalysis;

namespace Swarm.Linux.Threads;

/// <summary>What threads of their own work off; one that has nothing to do sleeps in the kernel at once.</summary>
/// <remarks>
/// <see cref="System.Collections.Concurrent.BlockingCollection{T}"/> looks again up to 140 times before it sleeps, and
/// gives the processor away each time (sched_yield). Such threads mostly wait for a program which they have started a
/// moment ago, and which wants the processor itself.
/// </remarks>
/// <param name="most">How many may wait.</param>
public sealed class ThreadQueue<T>(int most = int.MaxValue)
{
    // Not a Lock: nobody can wait for one to be pulsed.
    private readonly object _gate = new();
    private readonly Queue<T> _items = new();
    private bool _closed;

    public int Count
    {
        get
        {
            lock (_gate) return _items.Count;
        }
    }

    /// <summary>Nothing waits, and nothing will come.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate) return _closed && _items.Count == 0;
        }
    }

    /// <returns>False when too many wait.</returns>
    /// <exception cref="InvalidOperationException">It is closed.</exception>
    public bool TryAdd(T item)
    {
        lock (_gate)
        {
            if (_closed) throw new InvalidOperationException("the queue is closed");
            if (_items.Count >= most) return false;
            _items.Enqueue(item);
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Blocks until there is one.</summary>
    /// <returns>False when nothing came in time, or nothing will come.</returns>
    public bool TryTake(TimeSpan patience, [MaybeNullWhen(false)] out T item)
    {
        lock (_gate)
        {
            while (!_items.TryDequeue(out item))
            {
                if (_closed) return false;
                if (!Monitor.Wait(_gate, patience)) return _items.TryDequeue(out item);
            }

            return true;
        }
    }

    /// <summary>Nothing comes any more; what waits can still be taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    public T[] ToArray()
    {
        lock (_gate) return _items.ToArray();
    }
}
