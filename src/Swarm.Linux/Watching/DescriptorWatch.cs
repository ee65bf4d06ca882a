using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Swarm.Linux.Processes;

namespace Swarm.Linux.Watching;

/// <summary>One thread that waits for many descriptors and calls back when one has something.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man7/epoll.7.html">epoll(7)</see>. Callbacks run on that thread one
/// after another, so they do little and never block.
/// </remarks>
public sealed partial class DescriptorWatch : IDisposable
{
    private const int EPOLL_CLOEXEC = 0x80000;
    private const int EPOLL_CTL_ADD = 1;
    private const int EPOLL_CTL_DEL = 2;
    private const int EPOLL_CTL_MOD = 3;
    private const uint EPOLLIN = 1;
    private const uint EPOLLONESHOT = 1 << 30;
    private const int EFD_CLOEXEC = 0x80000;
    private const int BatchSize = 64;

    // The kernel packs its structure, a word of events and one of eight bytes of ours, on x86-64 and nowhere else.
    private static readonly int KeyOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventSize = KeyOffset + sizeof(ulong);

    private readonly FileDescriptor _epoll;
    private readonly FileDescriptor _wakeup;
    private readonly ConcurrentDictionary<ulong, Registration> _registrations = new();
    private readonly Thread _thread;
    private ulong _lastKey;
    private volatile bool _closing;

    public DescriptorWatch(string name)
    {
        _epoll = epoll_create1(EPOLL_CLOEXEC);
        if (_epoll.IsInvalid) throw LinuxException.FromLastError(nameof(epoll_create1));
        _wakeup = eventfd(0, EFD_CLOEXEC);
        if (_wakeup.IsInvalid) throw LinuxException.FromLastError(nameof(eventfd));
        Control(EPOLL_CTL_ADD, _wakeup, key: 0, EPOLLIN);
        _thread = new Thread(Loop) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Calls back whenever the descriptor is readable, again and again, until it is read or what is returned is
    /// disposed.
    /// </summary>
    /// <param name="descriptor">Must stay open until then.</param>
    public IDisposable Watch(SafeHandle descriptor, Action onReadable) =>
        Register(descriptor, _ => onReadable(), EPOLLIN);

    /// <summary>Calls back once, when a process has ended, or at once when it has already.</summary>
    /// <param name="process">Must stay open until what is returned is disposed.</param>
    public IDisposable WatchEnd(ProcessHandle process, Action onEnd) =>
        Register(process, _ => onEnd(), EPOLLIN | EPOLLONESHOT);

    /// <summary>Calls back once, when a connection is closed in both directions.</summary>
    /// <remarks>EPOLLHUP: a unix socket has none while its other side has only ended what it sends.</remarks>
    /// <param name="socket">May be closed by its owner before what is returned is disposed.</param>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    /// <exception cref="LinuxException">EMFILE when out of descriptors.</exception>
    public IDisposable WatchHangUp(SafeHandle socket, Action onHangUp)
    {
        var own = FileDescriptor.Duplicate(socket);
        // Of what is not asked for, the kernel tells hang-ups and errors.
        var registration = Register(own, _ => onHangUp(), EPOLLONESHOT);
        return new HangUpWatch(registration, own);
    }

    /// <summary>Calls back once for each time it is asked to, with what has come.</summary>
    /// <returns>What asks, by events of epoll; disposing of it ends the watch.</returns>
    internal WatchedOnce WatchOnce(SafeHandle descriptor, Action<uint> onEvents)
    {
        // Nothing is asked for yet; an end would be told even so, once.
        var registration = Register(descriptor, onEvents, EPOLLONESHOT);
        return new WatchedOnce(
            events => Control(EPOLL_CTL_MOD, descriptor, registration.Key, events | EPOLLONESHOT), registration);
    }

    public void Dispose()
    {
        if (_closing) return;
        _closing = true;
        var one = 1UL;
        SystemCall.Check(write(_wakeup, ref one, sizeof(ulong)), nameof(write), "eventfd");
        if (Thread.CurrentThread != _thread) _thread.Join();
        _epoll.Dispose();
        _wakeup.Dispose();
    }

    private void Loop()
    {
        var events = new byte[BatchSize * EventSize];
        while (!_closing)
        {
            var count = epoll_wait(_epoll, events, BatchSize, -1);
            if (SystemCall.WasInterrupted(count)) continue;
            SystemCall.Check(count, nameof(epoll_wait));
            for (var i = 0; i < count && !_closing; i++)
            {
                // A registration that went away meanwhile is no longer found.
                var key = BitConverter.ToUInt64(events, (i * EventSize) + KeyOffset);
                if (_registrations.TryGetValue(key, out var registration))
                    registration.OnEvents(BitConverter.ToUInt32(events, i * EventSize));
            }
        }
    }

    private Registration Register(SafeHandle descriptor, Action<uint> onEvents, uint events)
    {
        var key = Interlocked.Increment(ref _lastKey);
        var registration = new Registration(this, key, descriptor, onEvents);
        _registrations[key] = registration;
        try
        {
            Control(EPOLL_CTL_ADD, descriptor, key, events);
        }
        catch
        {
            _registrations.TryRemove(key, out _);
            throw;
        }

        return registration;
    }

    private void Control(int operation, SafeHandle descriptor, ulong key, uint events)
    {
        var wanted = new byte[EventSize];
        BitConverter.TryWriteBytes(wanted, events);
        BitConverter.TryWriteBytes(wanted.AsSpan(KeyOffset), key);
        SystemCall.Check(epoll_ctl(_epoll, operation, descriptor, wanted), nameof(epoll_ctl));
    }

    private void Forget(Registration registration)
    {
        if (!_registrations.TryRemove(registration.Key, out _) || _closing) return;
        Control(EPOLL_CTL_DEL, registration.Descriptor, registration.Key, 0);
    }

    private sealed record Registration(DescriptorWatch Owner, ulong Key, SafeHandle Descriptor, Action<uint> OnEvents)
        : IDisposable
    {
        public void Dispose() => Owner.Forget(this);
    }

    private sealed record HangUpWatch(Registration Registration, FileDescriptor Own) : IDisposable
    {
        public void Dispose()
        {
            Registration.Dispose();
            Own.Dispose();
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial FileDescriptor epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial FileDescriptor eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(FileDescriptor epoll, int operation, SafeHandle fd, byte[] wanted);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(FileDescriptor epoll, byte[] events, int count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(FileDescriptor fd, ref ulong value, nint count);
}
