using System.IO.Pipelines;
using System.Net.Sockets;
using Swarm.Linux.Networking;

namespace Swarm.Api.Connections;

/// <summary>Writes to the socket itself: what was flushed is the kernel's, so that this way of the connection may end
/// by itself.</summary>
/// <remarks>
/// Kestrel's own writer tells nobody when the last byte has gone, and closes both ways with it. As there, a client that
/// has gone is told by the result of a flush, not by an exception. What is flushed first is the head of an answer: on a
/// unix socket all else is held until the client has read it, since some clients (python3-docker) read the head by a
/// buffer and the rest past it, and lose what lies behind the head in that buffer.
/// </remarks>
internal sealed class SocketWriter(Socket socket, TimeProvider time) : PipeWriter
{
    /// <summary>A client that sends first, and reads then, gets the rest all the same.</summary>
    private static readonly TimeSpan HeadPatience = TimeSpan.FromSeconds(2);

    private readonly PipeWriter _bytes = Create(new NetworkStream(socket, ownsSocket: false));

    private bool _isHeadSent;
    private bool _isHeadRead = socket.AddressFamily != AddressFamily.Unix;

    public override bool CanGetUnflushedBytes => _bytes.CanGetUnflushedBytes;

    public override long UnflushedBytes => _bytes.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

    public override void Advance(int bytes) => _bytes.Advance(bytes);

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (_isHeadSent && !_isHeadRead) await AwaitHeadReadAsync(cancellationToken);
            _isHeadSent = true;
            return await _bytes.FlushAsync(cancellationToken);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            return new FlushResult(isCanceled: false, isCompleted: true);
        }
    }

    public override void CancelPendingFlush() => _bytes.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => _bytes.Complete(exception);

    /// <remarks>The kernel tells nobody when a reader has come: it has to be asked.</remarks>
    private async Task AwaitHeadReadAsync(CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        for (var pause = 1; !LocalSocket.IsAllRead(socket.SafeHandle); pause = Math.Min(2 * pause, 8))
        {
            if (time.GetElapsedTime(begun) > HeadPatience) break;
            await Task.Delay(TimeSpan.FromMilliseconds(pause), time, cancellation);
        }

        _isHeadRead = true;
    }
}
