using Swarm.Core.Containers;
using Swarm.Linux;
using Swarm.Linux.Processes;
using Swarm.Linux.Terminals;
using Swarm.Linux.Watching;
using Swarm.Runtime.Consoles;

namespace Swarm.Runtime.Execs;

/// <summary>The crun that waits for a program which it runs in a container, and the program's streams.</summary>
/// <remarks>
/// crun tells its error, and no pid, when the program cannot be run. Output goes on being read when nobody wants it, so
/// that the program neither waits nor is killed for it.
/// </remarks>
internal sealed class RunningExec : IDisposable
{
    /// <summary>What a program left behind may hold its streams open; so long after its
    /// end they are read still.</summary>
    private static readonly TimeSpan StreamPatience = TimeSpan.FromSeconds(2);

    private const int ChunkBytes = 16 * 1024;

    private readonly ConsoleOutput _output = new();
    private readonly SpawnedProcess _process;
    private readonly ProcessHandle _handle;
    private readonly FileDescriptor? _terminal;
    private readonly List<(DescriptorStream Stream, ConsoleStream Kind)> _outputs = [];
    private readonly TimeProvider _time;

    public RunningExec(DescriptorWatch watch, SpawnedProcess process, ExecStreams streams, TimeProvider time)
    {
        (_process, _time) = (process, time);
        // A child that was not waited for keeps its pid, ended or not.
        _handle = ProcessHandle.OpenChildOrEnd(process);
        _terminal = streams.Terminal;
        if (streams.Output is { } output) _outputs.Add((new(watch, output), ConsoleStream.Output));
        if (streams.Error is { } error) _outputs.Add((new(watch, error), ConsoleStream.Error));
        Input = streams.Input is { } input ? new DescriptorStream(watch, input)
            : _terminal is not null ? _outputs[0].Stream
            : null;
        Streams = Task.WhenAll(_outputs.Select(one => PumpAsync(one.Stream, one.Kind)).ToList());
    }

    public ConsoleOutput Output => _output;

    /// <summary>Null when it has none.</summary>
    public DescriptorStream? Input { get; }

    public bool IsTerminal => _terminal is not null;

    /// <summary>All output has been read.</summary>
    public Task Streams { get; }

    /// <summary>Waits for the end of the program, and a little for that of its output.</summary>
    /// <param name="onEnd">Gets the exit code, before the output's end is told.</param>
    public async Task EndAsync(DescriptorWatch watch, Action<int> onEnd)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (watch.WatchEnd(_handle, () => ended.TrySetResult())) await ended.Task;
        var code = _process.Wait();
        if (!IsTerminal) Input?.Dispose();
        _output.LiftLimit();
        try
        {
            await Streams.WaitAsync(StreamPatience, _time);
        }
        catch (TimeoutException)
        {
            // Another program has them still, which the container's own may have started and left.
        }

        onEnd(code);
        _output.End();
        Dispose();
    }

    public void Resize(ConsoleSize size)
    {
        if (_terminal is not null) Terminal.Resize(_terminal, size.Rows, size.Columns);
    }

    public void Dispose()
    {
        if (!IsTerminal) Input?.Dispose();
        foreach (var (stream, _) in _outputs) stream.Dispose();
        _handle.Dispose();
    }

    private async Task PumpAsync(DescriptorStream stream, ConsoleStream kind)
    {
        var chunk = new byte[ChunkBytes];
        while (await stream.ReadAsync(chunk, CancellationToken.None) is > 0 and var count)
        {
            // Where nobody reads it any more it is dropped here.
            await _output.AddAsync(kind, chunk.AsMemory(0, count));
        }
    }
}
