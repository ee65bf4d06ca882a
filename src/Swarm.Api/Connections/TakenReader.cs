using System.Buffers;
using System.IO.Pipelines;

namespace Swarm.Api.Connections;

/// <summary>What Kestrel reads: nothing more once the connection is taken.</summary>
/// <remarks>That the client has sent its last byte is told when Kestrel has nothing new to go on with: told along with
/// the body of a request, it would take that for one which was cut off.</remarks>
internal sealed class TakenReader(PipeReader connection, Func<bool> isTaken) : PipeReader
{
    private long _toldLength;

    private static ReadResult End => new(ReadOnlySequence<byte>.Empty, isCanceled: false, isCompleted: true);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (isTaken()) return ValueTask.FromResult(End);
        var read = connection.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully ? ValueTask.FromResult(Tell(read.Result)) : TellAsync(read);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!isTaken())
        {
            if (!connection.TryRead(out result)) return false;
            result = Tell(result);
            return true;
        }

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

    private async ValueTask<ReadResult> TellAsync(ValueTask<ReadResult> read) => Tell(await read);

    /// <remarks>What is as long as before has had nothing taken off it, and nothing added.</remarks>
    private ReadResult Tell(ReadResult read)
    {
        var length = read.Buffer.Length;
        var isEnd = read.IsCompleted && (length == 0 || length == _toldLength);
        _toldLength = length;
        return new ReadResult(read.Buffer, read.IsCanceled, isEnd);
    }
}
