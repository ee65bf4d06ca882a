using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Linux.Processes;

/// <summary>A pipe whose ends are closed on exec, so that no program started at the same time holds one open.</summary>
/// <remarks><see href="https://man7.org/linux/man-pages/man2/pipe.2.html">pipe(2)</see>.</remarks>
public sealed partial class Pipe : IDisposable
{
    private const int O_CLOEXEC = 0x80000;
    private const int O_NONBLOCK = 0x800;
    private const int O_RDWR = 2;
    private const int F_SETFL = 4;

    public Pipe()
    {
        Span<int> ends = stackalloc int[2];
        SystemCall.Check(pipe2(ref MemoryMarshal.GetReference(ends), O_CLOEXEC), nameof(pipe2));
        Reading = new FileDescriptor(ends[0]);
        Writing = new FileDescriptor(ends[1]);
    }

    public FileDescriptor Reading { get; }

    public FileDescriptor Writing { get; }

    /// <summary>What takes anything and gives nothing.</summary>
    public static FileDescriptor OpenNull()
    {
        var opened = open("/dev/null", O_RDWR | O_CLOEXEC);
        return opened.IsInvalid ? throw LinuxException.FromLastError(nameof(open), "/dev/null") : opened;
    }

    /// <summary>Gives an end away: whoever gets it closes it.</summary>
    public FileDescriptor TakeReading() => Take(Reading);

    /// <inheritdoc cref="TakeReading"/>
    public FileDescriptor TakeWriting() => Take(Writing);

    /// <summary>From now on reading never blocks; the writer does not notice.</summary>
    public void DoNotBlockReader() =>
        SystemCall.Check(fcntl(Reading, F_SETFL, O_NONBLOCK), nameof(fcntl), "pipe");

    /// <summary>Gives one byte to the reader, if there is one.</summary>
    public bool TryWrite(byte value) => write(Writing, in value, 1) == 1;

    /// <summary>Takes what is there.</summary>
    /// <returns>How much came; 0 at the end; -1 when there is nothing yet.</returns>
    public int ReadAvailable(Span<byte> buffer)
    {
        var count = read(Reading, ref MemoryMarshal.GetReference(buffer), buffer.Length);
        if (count >= 0) return (int)count;
        var refused = LinuxException.FromLastError(nameof(read), "pipe");
        return refused.Number is Errno.EAGAIN or Errno.EINTR ? -1 : throw refused;
    }

    /// <summary>Blocks for what is there.</summary>
    /// <returns>How much came; 0 at the end.</returns>
    public int Read(Span<byte> buffer)
    {
        nint count;
        do
        {
            count = read(Reading, ref MemoryMarshal.GetReference(buffer), buffer.Length);
        }
        while (SystemCall.WasInterrupted(count));
        return (int)SystemCall.Check(count, nameof(read), "pipe");
    }

    /// <summary>Blocks for one line.</summary>
    /// <returns>The line without its end; what came before the other side closed; null when nothing came.</returns>
    public string? ReadLine()
    {
        var line = new MemoryStream();
        Span<byte> chunk = stackalloc byte[512];
        while (true)
        {
            var count = Read(chunk);
            if (count == 0) return line.Length == 0 ? null : Encoding.UTF8.GetString(line.ToArray());
            var end = chunk[..count].IndexOf((byte)'\n');
            line.Write(chunk[..(end < 0 ? count : end)]);
            if (end >= 0) return Encoding.UTF8.GetString(line.ToArray());
        }
    }

    public void Dispose()
    {
        Reading.Dispose();
        Writing.Dispose();
    }

    private static FileDescriptor Take(FileDescriptor end)
    {
        var taken = new FileDescriptor((int)end.DangerousGetHandle());
        end.SetHandleAsInvalid();
        return taken;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial FileDescriptor open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(ref int ends, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(FileDescriptor fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(FileDescriptor fd, ref byte buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(FileDescriptor fd, in byte buffer, nint count);
}
