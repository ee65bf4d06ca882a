using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Linux.Watching;

/// <summary>Tells of each file that has been completely written into a folder, or moved into it.</summary>
/// <remarks><see href="https://man7.org/linux/man-pages/man7/inotify.7.html">inotify(7)</see>.</remarks>
public sealed partial class FolderWatch : IDisposable
{
    private const int IN_CLOEXEC = 0x80000;
    private const int IN_NONBLOCK = 0x800;
    private const uint IN_CLOSE_WRITE = 0x8;
    private const uint IN_MOVED_TO = 0x80;
    private const uint IN_Q_OVERFLOW = 0x4000;
    private const int HeaderSize = 16;

    private readonly FileDescriptor _inotify;
    private readonly IDisposable _registration;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Action<string> _onFile;
    private readonly Action _onOverflow;

    /// <param name="onFile">Gets the file's name. Called on the watch's thread.</param>
    /// <param name="onOverflow">Names were lost: the folder is to be read again.</param>
    public FolderWatch(DescriptorWatch watch, string folder, Action<string> onFile, Action onOverflow)
    {
        (_onFile, _onOverflow) = (onFile, onOverflow);
        _inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        if (_inotify.IsInvalid) throw LinuxException.FromLastError(nameof(inotify_init1));
        SystemCall.Check(
            inotify_add_watch(_inotify, folder, IN_CLOSE_WRITE | IN_MOVED_TO), nameof(inotify_add_watch), folder);
        _registration = watch.Watch(_inotify, ReadEvents);
    }

    public void Dispose()
    {
        _registration.Dispose();
        _inotify.Dispose();
    }

    private void ReadEvents()
    {
        var count = read(_inotify, _buffer, _buffer.Length);
        // Interrupted or nothing there: the watch calls again when there is.
        if (count <= 0) return;

        for (var at = 0; at < count;)
        {
            var mask = BitConverter.ToUInt32(_buffer, at + 4);
            var length = (int)BitConverter.ToUInt32(_buffer, at + 12);
            var name = _buffer.AsSpan(at + HeaderSize, length);
            at += HeaderSize + length;
            if ((mask & IN_Q_OVERFLOW) != 0)
            {
                _onOverflow();
                continue;
            }

            var end = name.IndexOf((byte)0);
            if (length > 0) _onFile(Encoding.UTF8.GetString(end < 0 ? name : name[..end]));
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial FileDescriptor inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(FileDescriptor inotify, string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(FileDescriptor fd, byte[] buffer, nint count);
}
