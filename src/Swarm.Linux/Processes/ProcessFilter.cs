using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Linux.Processes;

/// <summary>A program that turns what it is given into something else, between two pipes.</summary>
/// <remarks>
/// No thread of its own: whoever reads feeds it meanwhile, so at most a pipe's worth of either side is on its way.
/// <see href="https://man7.org/linux/man-pages/man2/poll.2.html">poll(2)</see>.
/// </remarks>
public sealed unsafe partial class ProcessFilter : IDisposable
{
    private const int PieceBytes = 64 * 1024;
    private const int SaidMax = 1024;
    private const int F_SETFL = 4;
    private const int O_WRONLY = 1;
    private const int O_NONBLOCK = 0x800;
    private const short POLLIN = 0x01;
    private const short POLLOUT = 0x04;

    private readonly Stream _source;
    private readonly Pipe _input = new();
    private readonly Pipe _output = new();
    private readonly Pipe _errors = new();
    private readonly SpawnedProcess _process;
    private readonly byte[] _piece = new byte[PieceBytes];
    private int _from;
    private int _to;
    private bool _isFed;
    private int? _exitCode;

    /// <param name="spawn">Its descriptors are set here.</param>
    /// <param name="source">What the program is given; it stays the caller's.</param>
    /// <exception cref="LinuxException">ENOENT when there is no such program.</exception>
    public ProcessFilter(Spawn spawn, Stream source)
    {
        _source = source;
        try
        {
            SystemCall.Check(fcntl(_input.Writing, F_SETFL, O_WRONLY | O_NONBLOCK), nameof(fcntl), "pipe");
            _errors.DoNotBlockReader();
            _process = Spawner.Start(spawn with
            {
                Input = _input.Reading,
                Output = _output.Writing,
                Error = _errors.Writing,
            });
        }
        catch
        {
            DisposePipes();
            throw;
        }

        _input.Reading.Dispose();
        _output.Writing.Dispose();
        _errors.Writing.Dispose();
    }

    /// <summary>Of the program, while it is there.</summary>
    public int Pid => _process.Pid;

    /// <summary>Blocks for what comes out of the program, and feeds it meanwhile.</summary>
    /// <returns>How much came; 0 at the end of a program that ended well.</returns>
    /// <exception cref="FilterException">It ended with an error.</exception>
    /// <exception cref="IOException">As the source threw it.</exception>
    public int Read(Span<byte> buffer)
    {
        if (_exitCode is { } known) return known == 0 ? 0 : throw Failed(known, "");
        while (true)
        {
            Fetch();
            var (canRead, canWrite) = Wait();
            if (canRead)
            {
                var count = _output.Read(buffer);
                return count > 0 ? count : Finish();
            }

            if (canWrite) Feed();
        }
    }

    /// <summary>Ends the program, if it has not ended.</summary>
    public void Dispose()
    {
        if (_exitCode is null)
        {
            _process.EndWithDescendants();
            _exitCode = _process.Wait();
        }

        DisposePipes();
    }

    private void Fetch()
    {
        if (_isFed || _from < _to) return;
        (_from, _to) = (0, _source.Read(_piece, 0, _piece.Length));
        if (_to == 0) EndFeeding();
    }

    private void EndFeeding()
    {
        _isFed = true;
        _input.Writing.Dispose();
    }

    private void Feed()
    {
        var count = write(_input.Writing, in _piece[_from], _to - _from);
        if (count >= 0)
        {
            _from += (int)count;
            return;
        }

        var refused = LinuxException.FromLastError(nameof(write), "pipe");
        if (refused.Number == Errno.EPIPE) EndFeeding(); // it has all that it wants: its exit code says whether well
        else if (refused.Number is not (Errno.EAGAIN or Errno.EINTR)) throw refused;
    }

    private (bool CanRead, bool CanWrite) Wait()
    {
        var waited = stackalloc PollDescriptor[2];
        waited[0] = new PollDescriptor { Descriptor = (int)_output.Reading.DangerousGetHandle(), Events = POLLIN };
        if (!_isFed)
        {
            waited[1] = new PollDescriptor { Descriptor = (int)_input.Writing.DangerousGetHandle(), Events = POLLOUT };
        }

        int result;
        do
        {
            result = poll(waited, _isFed ? 1u : 2u, -1);
        }
        while (SystemCall.WasInterrupted(result));
        SystemCall.Check(result, nameof(poll), "pipes");
        GC.KeepAlive(this);
        return (waited[0].Returned != 0, waited[1].Returned != 0);
    }

    private int Finish()
    {
        var code = _process.Wait();
        _exitCode = code;
        return code == 0 ? 0 : throw Failed(code, Said());
    }

    private static FilterException Failed(int code, string said) =>
        new(said.Length > 0 ? said : $"the program ended with {code}");

    /// <summary>The first line of what it complained about.</summary>
    private string Said()
    {
        var said = new byte[SaidMax];
        var count = Math.Max(0, _errors.ReadAvailable(said));
        return Encoding.UTF8.GetString(said, 0, count).Trim().Split('\n')[0].Trim();
    }

    private void DisposePipes()
    {
        _input.Dispose();
        _output.Dispose();
        _errors.Dispose();
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollDescriptor* waited, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(FileDescriptor fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(FileDescriptor fd, in byte buffer, nint count);
}

/// <summary>A program between two pipes ended with an error. The message is what it said.</summary>
public sealed class FilterException(string message) : Exception(message);
