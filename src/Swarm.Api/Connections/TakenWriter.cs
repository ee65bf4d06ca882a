using System.IO.Pipelines;

namespace Swarm.Api.Connections;

/// <summary>What Kestrel writes: it goes nowhere once the connection is taken.</summary>
internal sealed class TakenWriter(PipeWriter connection, Func<bool> isTaken) : PipeWriter
{
    private const int LeastMemory = 4096;

    private byte[] _nowhere = [];

    public override bool CanGetUnflushedBytes => connection.CanGetUnflushedBytes;

    public override long UnflushedBytes => isTaken() ? 0 : connection.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (!isTaken()) return connection.GetMemory(sizeHint);
        if (_nowhere.Length < Math.Max(sizeHint, LeastMemory)) _nowhere = new byte[Math.Max(sizeHint, LeastMemory)];
        return _nowhere;
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (!isTaken()) connection.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        isTaken() ? ValueTask.FromResult(default(FlushResult)) : connection.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => connection.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        if (!isTaken()) connection.Complete(exception);
    }
}
