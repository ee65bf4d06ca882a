using System.Buffers;
using System.IO.Pipelines;

namespace Swarm.Api.Connections;

/// <summary>What Kestrel reads: nothing more once the connection is taken.</summary>
internal sealed class TakenReader(PipeReader connection, Func<bool> isTaken) : PipeReader
{
    private static ReadResult End => new(ReadOnlySequence<byte>.Empty, isCanceled: false, isCompleted: true);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        isTaken() ? ValueTask.FromResult(End) : connection.ReadAsync(cancellationToken);

    public override bool TryRead(out ReadResult result)
    {
        if (!isTaken()) return connection.TryRead(out result);
        result = End;
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed)
    {
        if (!isTaken()) connection.AdvanceTo(consumed);
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!isTaken()) connection.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => connection.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        if (!isTaken()) connection.Complete(exception);
    }
}
