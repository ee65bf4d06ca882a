using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Linux.Watching;

/// <summary>Tells of each file that comes into one of many folders, through one descriptor.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man7/inotify.7.html">inotify(7)</see>: a user has few descriptors of it
/// (128 on most hosts), and many watches.
/// </remarks>
public sealed partial class ArrivalWatch : IDisposable
{
    private const int IN_CLOEXEC = 0x80000;
    private const int IN_NONBLOCK = 0x800;
    private const uint IN_Q_OVERFLOW = 0x4000;
    private const int HeaderSize = 16;

    private readonly FileDescriptor _inotify;
    private readonly IDisposable _registration;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Dictionary<int, Watched> _watches = [];
    private readonly Lock _lock = new();
    private readonly Action _onOverflow;

    /// <param name="onOverflow">Names were lost. Called on the watch's thread, as all that is told.</param>
    public ArrivalWatch(DescriptorWatch watch, Action onOverflow)
    {
        _onOverflow = onOverflow;
        _inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        if (_inotify.IsInvalid) throw LinuxException.FromLastError(nameof(inotify_init1));
        _registration = watch.Watch(_inotify, ReadEvents);
    }

    /// <summary>Watches a folder, or a file, until what is returned is disposed; once at a time.</summary>
    /// <param name="onFile">Gets the file's name.</param>
    /// <exception cref="LinuxException">ENOSPC when the user has no watch left; ENOENT.</exception>
    public IDisposable Add(string folder, Arrival arrival, Action<string> onFile)
    {
        lock (_lock)
        {
            var watch = SystemCall.Check(
                inotify_add_watch(_inotify, folder, (uint)arrival), nameof(inotify_add_watch), folder);
            return _watches[watch] = new Watched(this, watch, arrival, onFile);
        }
    }

    public void Dispose()
    {
        _registration.Dispose();
        lock (_lock)
        {
            _watches.Clear();
            _inotify.Dispose();
        }
    }

    private void Remove(int watch)
    {
        lock (_lock)
        {
            // EINVAL: the folder is gone, and its watch with it.
            if (_watches.Remove(watch)) _ = inotify_rm_watch(_inotify, watch);
        }
    }

    private void ReadEvents()
    {
        var count = read(_inotify, _buffer, _buffer.Length);
        // Interrupted or nothing there: the watch calls again when there is.
        for (var at = 0; at < count;)
        {
            var watch = BitConverter.ToInt32(_buffer, at);
            var mask = BitConverter.ToUInt32(_buffer, at + 4);
            var length = (int)BitConverter.ToUInt32(_buffer, at + 12);
            var name = _buffer.AsSpan(at + HeaderSize, length);
            at += HeaderSize + length;
            if ((mask & IN_Q_OVERFLOW) != 0) _onOverflow();
            Watched? watched;
            lock (_lock) watched = _watches.GetValueOrDefault(watch);
            if (watched is null || (mask & (uint)watched.Arrival) == 0) continue;
            var end = name.IndexOf((byte)0);
            watched.OnFile(Encoding.UTF8.GetString(end < 0 ? name : name[..end]));
        }
    }

    private sealed record Watched(ArrivalWatch Owner, int Watch, Arrival Arrival, Action<string> OnFile) : IDisposable
    {
        public void Dispose() => Owner.Remove(Watch);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial FileDescriptor inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(FileDescriptor inotify, string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_rm_watch(FileDescriptor inotify, int watch);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(FileDescriptor fd, byte[] buffer, nint count);
}
