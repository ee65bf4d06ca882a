using System.Net.Sockets;

namespace Swarm.Runtime.Consoles;

/// <summary>A session at a container's conmon, by a connection of its own.</summary>
/// <remarks>
/// conmon sends packets of one byte that names the stream and up to 8 KiB of output, and takes input as it comes. It
/// waits for who does not read, and does nothing else meanwhile, not even tell that the container has ended.
/// </remarks>
internal sealed class AttachedConsole(ConsoleStreams streams, ConsoleInput input, AttachedConsoles owner)
    : IConsoleSession
{
    private const int PacketBytes = 16 * 1024;

    /// <summary>Less than what conmon takes of one packet.</summary>
    private const int InputBytes = 8 * 1024;

    private const byte ErrorMark = 3;

    /// <summary>For the engine to see an end that conmon has told already, where it sees it at all.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private readonly ConsoleOutput _output = new();
    private readonly TaskCompletionSource<Socket?> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _pumping = Task.CompletedTask;
    private Task _runOver = Task.CompletedTask;
    private int _disposed;

    public bool IsTerminal => input.IsTerminal;

    /// <summary>Connects to a conmon; where it is gone, there is nothing more to come.</summary>
    public async Task ConnectAsync(string path)
    {
        _runOver = owner.RunOver; // of this run: by its end another may have begun
        var socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            socket.Dispose();
            _connected.TrySetResult(null);
            _pumping = EndWithRunAsync();
            return;
        }

        if (!_connected.TrySetResult(socket))
        {
            Release(socket);
            return;
        }

        if (streams.Output || streams.Error) _pumping = PumpAsync(socket);
        else socket.Shutdown(SocketShutdown.Receive);
    }

    public ValueTask<ConsoleRead> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) =>
        _output.ReadAsync(buffer, cancellation);

    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        if (!streams.Input || !input.IsOpen) return false;
        if (await _connected.Task.WaitAsync(cancellation) is not { } socket) return false;
        try
        {
            while (content.Length > 0)
            {
                var part = content[..Math.Min(content.Length, InputBytes)];
                await socket.SendAsync(part, SocketFlags.None, cancellation);
                content = content[part.Length..];
            }

            return true;
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    public async ValueTask EndInputAsync(CancellationToken cancellation)
    {
        if (!streams.Input || !input.IsOpen) return;
        if (!input.EndsWithSession)
        {
            _output.End();
            return;
        }

        if (await _connected.Task.WaitAsync(cancellation) is not { } socket) return;
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The container has ended, or the session: there is no input to end.
        }
    }

    /// <summary>The container's first process has ended.</summary>
    public void LiftLimit() => _output.LiftLimit();

    /// <summary>There will be nothing to attach to.</summary>
    public void End()
    {
        _connected.TrySetResult(null);
        _output.End();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        owner.Forget(this);
        _connected.TrySetResult(null);
        _output.Drop();
        _left.TrySetResult();
        if (await _connected.Task is { } socket) Release(socket);
        await _pumping;
    }

    /// <remarks>
    /// Where the end of a connection is the end of the container's input, one that brought none stays, deaf.
    /// </remarks>
    private void Release(Socket socket)
    {
        if (input.EndsWithSession && !streams.Input && owner.Park(socket)) return;
        socket.Dispose();
    }

    /// <remarks>Of a conmon that ended with input that nobody had read the kernel tells that first, as a reset, and
    /// only then what it had written before.</remarks>
    private static async ValueTask<int> ReceiveAsync(Socket socket, byte[] packet)
    {
        try
        {
            return await socket.ReceiveAsync(packet);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return await socket.ReceiveAsync(packet);
        }
    }

    private async Task PumpAsync(Socket socket)
    {
        var packet = new byte[PacketBytes];
        try
        {
            while (await ReceiveAsync(socket, packet) is > 0 and var length)
            {
                var stream = packet[0] == ErrorMark ? ConsoleStream.Error : ConsoleStream.Output;
                var isWanted = stream == ConsoleStream.Error ? streams.Error : streams.Output;
                if (isWanted && !await _output.AddAsync(stream, packet.AsMemory(1, length - 1))) return;
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Detached, or conmon was killed.
        }
        finally
        {
            await EndWithRunAsync();
        }
    }

    /// <summary>Who reads to the end may ask for the exit code next, or remove the container: it has ended by then for
    /// all others, too.</summary>
    private async Task EndWithRunAsync()
    {
        try
        {
            await Task.WhenAny(_runOver, _left.Task).WaitAsync(EndPatience);
        }
        catch (TimeoutException)
        {
            // Its conmon was killed, and the container goes on.
        }

        _output.End();
    }
}
