using System.Runtime.InteropServices;

namespace Swarm.Linux.Watching;

/// <summary>A pipe or terminal that is read and written without a thread that waits for it.</summary>
/// <remarks>One reader and one writer at a time. Closing it ends both.</remarks>
public sealed partial class DescriptorStream : IDisposable
{
    private const int F_SETFL = 4;
    private const int O_NONBLOCK = 0x800;

    private readonly FileDescriptor _descriptor;
    private readonly WatchedOnce _watched;
    private readonly Lock _lock = new();
    private TaskCompletionSource? _readable;
    private TaskCompletionSource? _writable;
    private bool _closed;

    /// <param name="descriptor">Belongs to the stream from now on.</param>
    public DescriptorStream(DescriptorWatch watch, FileDescriptor descriptor)
    {
        _descriptor = descriptor;
        SystemCall.Check(fcntl(descriptor, F_SETFL, O_NONBLOCK), nameof(fcntl));
        _watched = watch.WatchOnce(descriptor, Tell);
    }

    /// <summary>Reads what is there, and waits until something is.</summary>
    /// <returns>How much came; 0 at the end.</returns>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (true)
        {
            if (Volatile.Read(ref _closed)) return 0;
            var count = TryRead(buffer.Span);
            if (count >= 0) return count;
            await WaitAsync(ref _readable, cancellation);
        }
    }

    /// <summary>Takes what is there.</summary>
    /// <returns>How much came; 0 at the end; -1 when there is nothing yet.</returns>
    public int TryRead(Span<byte> buffer)
    {
        nint count;
        do
        {
            count = read(_descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length);
        }
        while (SystemCall.WasInterrupted(count));
        if (count >= 0) return (int)count;
        var refused = LinuxException.FromLastError(nameof(read));
        return refused.Number switch
        {
            Errno.EAGAIN => -1,
            Errno.EIO => 0, // how a terminal says that nobody has its other side open any more
            _ => throw refused,
        };
    }

    /// <summary>Writes all of it, as fast as the other side takes it.</summary>
    /// <returns>False when the other side is closed: the rest is dropped.</returns>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        while (content.Length > 0)
        {
            if (Volatile.Read(ref _closed)) return false;
            var count = TryWrite(content.Span);
            if (count is null) return false;
            content = content[count.Value..];
            if (count == 0) await WaitAsync(ref _writable, cancellation);
        }

        return true;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed) return;
            _closed = true;
            _watched.Dispose();
            _readable?.TrySetResult();
            _writable?.TrySetResult();
        }

        _descriptor.Dispose();
    }

    /// <returns>How much was taken; null when the other side is closed.</returns>
    private int? TryWrite(ReadOnlySpan<byte> content)
    {
        nint count;
        do
        {
            count = write(_descriptor, in MemoryMarshal.GetReference(content), content.Length);
        }
        while (SystemCall.WasInterrupted(count));
        if (count >= 0) return (int)count;
        var refused = LinuxException.FromLastError(nameof(write));
        return refused.Number switch
        {
            Errno.EAGAIN => 0,
            Errno.EPIPE or Errno.EIO => null,
            _ => throw refused,
        };
    }

    private Task WaitAsync(ref TaskCompletionSource? waiter, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_closed) return Task.CompletedTask;
            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            AskAgain();
            return waiter.Task.WaitAsync(cancellation);
        }
    }

    private void Tell(uint events)
    {
        lock (_lock)
        {
            if (_closed) return;
            // What is neither is an end or an error, which whoever tries again is told by the kernel.
            var ended = (events & ~(WatchedOnce.Readable | WatchedOnce.Writable)) != 0;
            if (ended || (events & WatchedOnce.Readable) != 0) Complete(ref _readable);
            if (ended || (events & WatchedOnce.Writable) != 0) Complete(ref _writable);
            AskAgain();
        }
    }

    private void AskAgain()
    {
        var events = (_readable is null ? 0 : WatchedOnce.Readable) | (_writable is null ? 0 : WatchedOnce.Writable);
        if (events != 0) _watched.Ask(events);
    }

    private static void Complete(ref TaskCompletionSource? waiter)
    {
        waiter?.TrySetResult();
        waiter = null;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(FileDescriptor fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(FileDescriptor fd, ref byte buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(FileDescriptor fd, in byte buffer, nint count);
}
