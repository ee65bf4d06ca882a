using System.Text;
using Swarm.Runtime.Consoles;

namespace Swarm.Api.Tests;

/// <summary>A program that does not read, and ends when it could.</summary>
internal sealed class StuckConsole : IConsoleSession
{
    private readonly TaskCompletionSource _isWritten = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reads;

    public bool IsTerminal => true;

    public async ValueTask<ConsoleRead> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var text = _reads++ switch { 0 => "said", 1 => " and done", _ => "" };
        if (_reads == 2) await _isWritten.Task;
        Encoding.ASCII.GetBytes(text).CopyTo(buffer);
        return new ConsoleRead(ConsoleStream.Output, text.Length);
    }

    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        _isWritten.TrySetResult();
        await Task.Delay(Timeout.Infinite, cancellation);
        return true;
    }

    public ValueTask EndInputAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
