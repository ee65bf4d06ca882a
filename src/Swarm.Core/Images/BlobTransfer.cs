using System.Collections.Immutable;

namespace Swarm.Core.Images;

/// <summary>A blob on its way to this node: what of it is here, who has what, and what is asked of whom.</summary>
/// <param name="Pieces">How many it has.</param>
/// <param name="Seed">Differs from node to node, so that not all begin with the same pieces.</param>
public sealed record BlobTransfer(int Pieces, int Seed)
{
    /// <summary>Here, and checked.</summary>
    public PieceSet Have { get; init; }

    /// <summary>By their names.</summary>
    public ImmutableSortedDictionary<string, PieceHolder> Holders { get; init; } =
        ImmutableSortedDictionary.Create<string, PieceHolder>(StringComparer.Ordinal);

    /// <summary>Pieces that are on their way, and from whom.</summary>
    public ImmutableSortedDictionary<int, string> Asked { get; init; } = ImmutableSortedDictionary<int, string>.Empty;

    public bool IsComplete => Have.Count == Pieces;
}

/// <summary>A node that has pieces of a blob.</summary>
/// <param name="Has">What can be asked of it.</param>
/// <param name="Asked">How many pieces are asked of it at the moment.</param>
/// <param name="Failures">In a row.</param>
/// <param name="IsLeftOut">It gave wrong bytes: nothing is asked of it any more, whatever it says.</param>
public sealed record PieceHolder(PieceSet Has, int Asked = 0, int Failures = 0, bool IsLeftOut = false);

/// <summary>A piece to be asked of a holder.</summary>
public readonly record struct PieceRequest(int Piece, string Holder);

/// <summary>How much of one blob is asked for at a time.</summary>
/// <param name="Most">Pieces of all holders together, from 1.</param>
/// <param name="MostOfEach">Pieces of one holder, from 1.</param>
/// <param name="FailuresMax">In a row, after which a holder has nothing until it is heard anew.</param>
public sealed record TransferLimits(int Most = 8, int MostOfEach = 2, int FailuresMax = 3);
