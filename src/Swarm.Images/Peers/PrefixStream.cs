using Microsoft.Win32.SafeHandles;
using Swarm.Core.Images;
using Swarm.Images.Blobs;

namespace Swarm.Images.Peers;

/// <summary>Reads a blob from its beginning while it comes, and waits where the next piece is not here yet.</summary>
/// <remarks>What it reads was checked piece by piece, and counts for nothing before
/// <see cref="PartialBlob.IsRight"/>. To be read by a thread that may wait.</remarks>
internal sealed class PrefixStream(PartialBlob blob, CancellationToken cancellation) : ReadOnlyStream
{
    private readonly SafeFileHandle _file = blob.OpenFile();
    private long _at;

    /// <exception cref="IOException">The next piece does not come any more, or the disk does not give it.</exception>
    public override int Read(Span<byte> buffer)
    {
        cancellation.ThrowIfCancellationRequested();
        if (buffer.IsEmpty || _at == blob.Size) return 0;
        var piece = (int)(_at / BlobPieces.PieceBytes);
        if (!blob.WaitFor(piece, cancellation))
            throw new IOException($"blob {blob.Digest}: piece {piece} does not come any more");

        var left = BlobPieces.OffsetOf(piece) + BlobPieces.LengthOf(piece, blob.Size) - _at;
        var read = blob.Read(_file, buffer[..(int)Math.Min(buffer.Length, left)], _at);
        if (read == 0) throw new EndOfStreamException($"blob {blob.Digest} ends after {_at} of {blob.Size} bytes");
        _at += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _file.Dispose();
        base.Dispose(disposing);
    }
}
