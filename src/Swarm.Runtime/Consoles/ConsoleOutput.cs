using System.Buffers;

namespace Swarm.Runtime.Consoles;

/// <summary>Output between the one who brings it and the one who reads it, up to a limit.</summary>
internal sealed class ConsoleOutput
{
    private const int Limit = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<Chunk> _chunks = new();
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _arrival;
    private int _bytes;
    private int _taken;
    private bool _unlimited;
    private bool _ended;

    /// <summary>Puts output at the end; waits while there is too much.</summary>
    /// <returns>False when nobody will read it.</returns>
    public async ValueTask<bool> AddAsync(ConsoleStream stream, ReadOnlyMemory<byte> content)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (_ended) return false;
                if (_unlimited || _bytes < Limit)
                {
                    var copy = ArrayPool<byte>.Shared.Rent(content.Length);
                    content.CopyTo(copy);
                    _chunks.Enqueue(new Chunk(stream, copy, content.Length));
                    _bytes += content.Length;
                    Complete(ref _arrival);
                    return true;
                }

                room = (_room ??= NewWaiter()).Task;
            }

            await room;
        }
    }

    public async ValueTask<ConsoleRead> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfZero(buffer.Length);
        while (true)
        {
            Task arrival;
            lock (_lock)
            {
                if (_chunks.TryPeek(out var chunk)) return Take(chunk, buffer.Span);
                if (_ended) return default;
                arrival = (_arrival ??= NewWaiter()).Task;
            }

            await arrival.WaitAsync(cancellation);
        }
    }

    /// <summary>The process has ended: what is left is little, and nobody shall wait for the reader.</summary>
    public void LiftLimit()
    {
        lock (_lock)
        {
            _unlimited = true;
            Complete(ref _room);
        }
    }

    /// <summary>Nothing comes after what is there.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            Complete(ref _room);
            Complete(ref _arrival);
        }
    }

    /// <summary>Nobody reads any more.</summary>
    public void Drop()
    {
        lock (_lock)
        {
            while (_chunks.TryDequeue(out var chunk)) ArrayPool<byte>.Shared.Return(chunk.Content);
            End();
        }
    }

    private ConsoleRead Take(Chunk chunk, Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, chunk.Length - _taken);
        chunk.Content.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        _bytes -= count;
        if (_taken == chunk.Length)
        {
            _taken = 0;
            _chunks.Dequeue();
            ArrayPool<byte>.Shared.Return(chunk.Content);
        }

        if (_bytes < Limit) Complete(ref _room);
        return new ConsoleRead(chunk.Stream, count);
    }

    private static TaskCompletionSource NewWaiter() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Complete(ref TaskCompletionSource? waiter)
    {
        waiter?.TrySetResult();
        waiter = null;
    }

    private readonly record struct Chunk(ConsoleStream Stream, byte[] Content, int Length);
}
