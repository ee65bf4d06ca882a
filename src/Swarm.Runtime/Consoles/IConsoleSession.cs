namespace Swarm.Runtime.Consoles;

/// <summary>One who is attached to a process. Disposing of it detaches: the process goes on.</summary>
/// <remarks>
/// One reader and one writer at a time. Who does not read stalls the process after some hundred KiB, as in Docker, and
/// never its end.
/// </remarks>
public interface IConsoleSession : IAsyncDisposable
{
    /// <summary>Whether output is a terminal's: one stream of raw bytes.</summary>
    bool IsTerminal { get; }

    /// <summary>Reads output, in the order in which it came.</summary>
    /// <returns>Its stream and length; length 0 when there will be no more.</returns>
    ValueTask<ConsoleRead> ReadAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Writes input; waits for a process that has not started, or does not read.</summary>
    /// <returns>False when nobody can read it any more: it was dropped.</returns>
    ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation);

    /// <summary>Says that there is no more input.</summary>
    /// <remarks>
    /// As in Docker: a container whose input is open for one session only, and each exec, gets the end of its input
    /// unless it has a terminal. From any other one whose input is open the session is detached: its output ends.
    /// </remarks>
    ValueTask EndInputAsync(CancellationToken cancellation);
}

/// <param name="Length">0 at the end.</param>
public readonly record struct ConsoleRead(ConsoleStream Stream, int Length);

/// <summary>Numbered as the frames of Docker's API are.</summary>
public enum ConsoleStream
{
    None = 0,
    Output = 1,
    Error = 2,
}
