using System.Buffers;
using System.IO.Pipelines;

namespace Swarm.Api.Connections;

/// <summary>What Kestrel reads: nothing more once the connection is taken.</summary>
/// <remarks>That the client has sent its last byte is told when Kestrel has nothing new to go on with: told along with
/// the body of a request, it would take that for one which was cut off.</remarks>
internal sealed class TakenReader(PipeReader connection, Func<bool> isTaken) : PipeReader
{
    private ReadOnlySequence<byte> _told;
    private long _left;
    private long _unexamined;

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
        if (isTaken()) return;
        Note(consumed, consumed);
        connection.AdvanceTo(consumed);
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (isTaken()) return;
        Note(consumed, examined);
        connection.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => connection.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        if (!isTaken()) connection.Complete(exception);
    }

    private async ValueTask<ReadResult> TellAsync(ValueTask<ReadResult> read) => Tell(await read);

    private void Note(SequencePosition consumed, SequencePosition examined)
    {
        (_left, _unexamined) = _told.IsEmpty ? (0, 0) : (_told.Slice(consumed).Length, _told.Slice(examined).Length);
        _told = default; // it is the connection's again
    }

    /// <remarks>There is nothing new where all of it was there before, and was looked at.</remarks>
    private ReadResult Tell(ReadResult read)
    {
        _told = read.Buffer;
        var isNew = _told.Length != _left || _unexamined > 0;
        var isEnd = read.IsCompleted && (_told.IsEmpty || !isNew);
        return new ReadResult(_told, read.IsCanceled, isEnd);
    }
}
