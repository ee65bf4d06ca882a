using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Swarm.Runtime.Consoles;

namespace Swarm.Api.Connections;

/// <summary>Carries a program's streams over a connection, until the program ends, or the client goes or
/// detaches.</summary>
/// <remarks>A client that has sent its last byte still hears everything that comes after it, but for one with a
/// WebSocket, which has said goodbye by that.</remarks>
internal sealed class ConsoleStreaming(HijackedStream client, IConsoleSession session, DetachKeys? keys)
{
    /// <summary>Read at once of the program's output.</summary>
    private const int PieceLength = 32 * 1024;

    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(2);

    /// <summary>What a client had sent before it went comes to the program still, where that takes it.</summary>
    private static readonly TimeSpan InputPatience = TimeSpan.FromSeconds(10);

    /// <returns>Whether the client detached by its keys.</returns>
    public async Task<bool> RunAsync(CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var heard = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, client.Left);
        var input = TakeInputAsync(ending.Token);
        var output = EndAfterAsync(SendOutputAsync(heard.Token), input, ending);
        var isDetached = await input;
        if (isDetached || client.IsWebSocket) await ending.CancelAsync();
        await output;
        return isDetached;
    }

    /// <summary>Once there is no more output, nobody waits for input but for a goodbye.</summary>
    private async Task EndAfterAsync(Task output, Task input, CancellationTokenSource ending)
    {
        try
        {
            await output;
        }
        catch (OperationCanceledException)
        {
            // Detached, or gone, or this process stops.
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // Nobody reads it.
        }

        if (client.Left.IsCancellationRequested) await EndInputAsync(input, ending);
        else if (await client.SayGoodbyeAsync()) ending.CancelAfter(GoodbyePatience);
        else await ending.CancelAsync();
    }

    /// <summary>Lets the program have what its client had sent before it went.</summary>
    /// <remarks>What it writes meanwhile is read, and dropped: else it would wait for a reader, and read no more.
    /// </remarks>
    private async Task EndInputAsync(Task input, CancellationTokenSource ending)
    {
        ending.CancelAfter(InputPatience);
        var dropped = DropOutputAsync(ending.Token);
        await Task.WhenAny(input, dropped);
        await ending.CancelAsync();
        await dropped;
    }

    private async Task DropOutputAsync(CancellationToken cancellation)
    {
        var piece = new byte[PieceLength];
        try
        {
            while (await session.ReadAsync(piece, cancellation) is { Length: > 0 })
            {
                // Nobody is there to hear it.
            }
        }
        catch (OperationCanceledException)
        {
            // There is no more input, or it was waited for long enough.
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // There is nothing more to read.
        }
    }

    private async Task SendOutputAsync(CancellationToken cancellation)
    {
        var head = session.IsTerminal || client.IsWebSocket ? 0 : MuxFrame.HeadLength;
        while (true)
        {
            var memory = client.Output.GetMemory(MuxFrame.HeadLength + PieceLength);
            var read = await session.ReadAsync(memory.Slice(head, PieceLength), cancellation);
            if (read.Length == 0) return;
            if (head > 0) MuxFrame.WriteHead(memory.Span, (int)read.Stream, read.Length);
            client.Output.Advance(head + read.Length);
            var flushed = await client.Output.FlushAsync(cancellation);
            if (flushed.IsCompleted) return; // the client is gone
        }
    }

    private async Task<bool> TakeInputAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var read = await client.Input.ReadAsync(cancellation);
                try
                {
                    if (await PassAsync(read.Buffer, cancellation)) return true;
                }
                finally
                {
                    // Also where it was called off: what comes after it is read, and dropped, by others.
                    client.Input.AdvanceTo(read.Buffer.End);
                }

                if (read.IsCompleted) break;
            }

            await session.EndInputAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // The output has ended, or this process stops.
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // The client is gone: what was its input ends.
            await session.EndInputAsync(CancellationToken.None);
        }

        return false;
    }

    private static bool IsGone(Exception cause) =>
        cause is IOException or WebSocketException or ConnectionAbortedException;

    /// <remarks>What nobody can read any more is dropped, so that the client's own end is still seen.</remarks>
    private async Task<bool> PassAsync(ReadOnlySequence<byte> input, CancellationToken cancellation)
    {
        foreach (var piece in input)
        {
            if (keys is null)
            {
                await session.WriteAsync(piece, cancellation);
                continue;
            }

            var passed = new List<byte>(piece.Length);
            var isDetached = keys.Take(piece.Span, passed);
            if (passed.Count > 0) await session.WriteAsync(passed.ToArray(), cancellation);
            if (isDetached) return true;
        }

        return false;
    }
}
