using System.IO.Pipelines;
using System.Net.Sockets;

namespace Swarm.Api.Connections;

/// <summary>Writes to the socket itself: what was flushed is the kernel's, so that this way of the connection may end
/// by itself.</summary>
/// <remarks>Kestrel's own writer tells nobody when the last byte has gone, and closes both ways with it. As there, a
/// client that has gone is told by the result of a flush, not by an exception.</remarks>
internal sealed class SocketWriter(Socket socket) : PipeWriter
{
    private readonly PipeWriter _bytes = Create(new NetworkStream(socket, ownsSocket: false));

    public override bool CanGetUnflushedBytes => _bytes.CanGetUnflushedBytes;

    public override long UnflushedBytes => _bytes.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

    public override void Advance(int bytes) => _bytes.Advance(bytes);

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _bytes.FlushAsync(cancellationToken);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            return new FlushResult(isCanceled: false, isCompleted: true);
        }
    }

    public override void CancelPendingFlush() => _bytes.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => _bytes.Complete(exception);
}
