using System.Text;
using System.Threading.Channels;
using Swarm.Runtime.Consoles;

namespace Swarm.Api.Tests;

/// <summary>The streams of a program that there is not.</summary>
internal sealed class FakeConsole : IConsoleSession
{
    private readonly Channel<(ConsoleStream Stream, byte[] Text)> _output =
        Channel.CreateUnbounded<(ConsoleStream Stream, byte[] Text)>();

    private readonly Channel<byte> _input = Channel.CreateUnbounded<byte>();

    public bool IsTerminal => false;

    private readonly TaskCompletionSource _inputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task InputEnded => _inputEnded.Task;

    public bool HasInputEnded => _inputEnded.Task.IsCompleted;

    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whoever was attached is so no more.</summary>
    public Task Left => _left.Task;

    private readonly TaskCompletionSource _unheard = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whoever waited for output does not any more.</summary>
    public Task Unheard => _unheard.Task;

    private readonly TaskCompletionSource _inputOffered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>There is input for the program.</summary>
    public Task InputOffered => _inputOffered.Task;

    /// <summary>Whether the program reads what comes.</summary>
    public bool TakesInput { get; set; } = true;

    public void Write(string output, string error = "")
    {
        _output.Writer.TryWrite((ConsoleStream.Output, Encoding.ASCII.GetBytes(output)));
        if (error.Length > 0) _output.Writer.TryWrite((ConsoleStream.Error, Encoding.ASCII.GetBytes(error)));
    }

    public void End() => _output.Writer.TryComplete();

    /// <summary>Waits until all that the program has written is read.</summary>
    public async Task WaitReadAsync(CancellationToken cancellation)
    {
        while (_output.Reader.Count > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellation);
    }

    /// <summary>Waits for so many bytes of input.</summary>
    public async Task<string> ReadInputAsync(int length, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        while (text.Length < length) text.Append((char)await _input.Reader.ReadAsync(cancellation));
        return text.ToString();
    }

    public async ValueTask<ConsoleRead> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            if (!await _output.Reader.WaitToReadAsync(cancellation)) return default;
        }
        catch (OperationCanceledException)
        {
            _unheard.TrySetResult();
            throw;
        }

        var (stream, text) = await _output.Reader.ReadAsync(cancellation);
        text.CopyTo(buffer);
        return new ConsoleRead(stream, text.Length);
    }

    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        _inputOffered.TrySetResult();
        if (!TakesInput) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        foreach (var one in input.ToArray()) _input.Writer.TryWrite(one);
        return true;
    }

    public ValueTask EndInputAsync(CancellationToken cancellation)
    {
        _inputEnded.TrySetResult();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _left.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
