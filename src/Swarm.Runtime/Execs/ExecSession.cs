using Swarm.Runtime.Consoles;

namespace Swarm.Runtime.Execs;

/// <summary>Who started an exec, attached to it.</summary>
internal sealed class ExecSession(RunningExec exec, bool hasInput) : IConsoleSession
{
    public bool IsTerminal => exec.IsTerminal;

    public ValueTask<ConsoleRead> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) =>
        exec.Output.ReadAsync(buffer, cancellation);

    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation) =>
        hasInput && exec.Input is { } stream && await stream.WriteAsync(input, cancellation);

    public ValueTask EndInputAsync(CancellationToken cancellation)
    {
        // Who brings no input closes his half as soon as he is attached: the docker command does.
        if (!hasInput) return ValueTask.CompletedTask;
        if (IsTerminal) exec.Output.End();
        else exec.Input?.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        exec.Output.Drop();
        if (!IsTerminal) exec.Input?.Dispose();
        return ValueTask.CompletedTask;
    }
}
