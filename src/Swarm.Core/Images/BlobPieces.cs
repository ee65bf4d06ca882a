namespace Swarm.Core.Images;

/// <summary>How a blob is cut into pieces, in which it moves between nodes.</summary>
public static class BlobPieces
{
    /// <summary>Bytes of every piece but the last. The same on all nodes: never to be changed.</summary>
    public const int PieceBytes = 4 * 1024 * 1024;

    /// <summary>How many pieces a blob has; an empty one has none.</summary>
    public static int CountOf(long size) => checked((int)((size + PieceBytes - 1) / PieceBytes));

    /// <summary>Where a piece begins in its blob.</summary>
    public static long OffsetOf(int piece) => (long)piece * PieceBytes;

    /// <summary>How many bytes a piece has.</summary>
    public static int LengthOf(int piece, long size) => (int)Math.Min(PieceBytes, size - OffsetOf(piece));
}
