using System.Collections.Immutable;

namespace Swarm.Core.Images;

/// <summary>A blob on its way to this node: what of it is here, who has what, and what is asked of whom.</summary>
/// <param name="Pieces">How many it has.</param>
/// <param name="Self">The name by which the others know this node: what it brings from whom follows from it.</param>
public sealed record BlobTransfer(int Pieces, string Self)
{
    /// <summary>Here, and checked.</summary>
    public PieceSet Have { get; init; }

    /// <summary>By their names.</summary>
    public ImmutableSortedDictionary<string, PieceHolder> Holders { get; init; } =
        ImmutableSortedDictionary.Create<string, PieceHolder>(StringComparer.Ordinal);

    /// <summary>Pieces that are on their way, and from whom.</summary>
    public ImmutableSortedDictionary<int, string> Asked { get; init; } = ImmutableSortedDictionary<int, string>.Empty;

    /// <summary>Of those that are asked: what was to be had of others sooner or later, and is not waited for.</summary>
    public ImmutableHashSet<int> Extra { get; init; } = [];

    /// <summary>How often in a row the others were asked what they have, without a piece that came meanwhile.</summary>
    public int Idle { get; init; }

    public bool IsComplete => Have.Count == Pieces;
}

/// <summary>A node that has pieces of a blob, or is about to.</summary>
/// <param name="Has">What can be asked of it.</param>
/// <param name="Asked">How many pieces are asked of it at the moment.</param>
/// <param name="Failures">In a row.</param>
/// <param name="IsLeftOut">It gave wrong bytes: nothing is asked of it any more, whatever it says.</param>
/// <param name="IsFetching">It brings the blob to itself, as this node does.</param>
/// <param name="GivenUp">How many pieces of it were given up, so slowly they came: of those who have a piece those are
/// asked of whom the fewest were.</param>
public sealed record PieceHolder(
    PieceSet Has, int Asked = 0, int Failures = 0, bool IsLeftOut = false, bool IsFetching = false, int GivenUp = 0)
{
    internal bool Offers(int piece) => !IsLeftOut && Has.Contains(piece);
}

/// <summary>A piece to be asked of a holder.</summary>
public readonly record struct PieceRequest(int Piece, string Holder);

/// <summary>How much of one blob is asked for at a time.</summary>
/// <param name="Most">Pieces of all holders together, from 1.</param>
/// <param name="MostOfEach">Pieces of one holder, from 1, as long as there are few of them.</param>
/// <param name="FailuresMax">In a row, after which a holder has nothing until it is heard anew.</param>
/// <param name="IdleMax">Each time that <see cref="BlobTransfer.Idle"/> has grown by so much, one piece more is not
/// waited for; from 1.</param>
/// <param name="Many">From so many holders on it is one piece of each: pieces that come one after the other are here,
/// and can be given on, sooner than those that come side by side.</param>
/// <param name="BytesPerSecondMin">What is to come of a piece, if another one has it.</param>
public sealed record TransferLimits(
    int Most = 4, int MostOfEach = 2, int FailuresMax = 3, int IdleMax = 12, int Many = 4,
    int BytesPerSecondMin = 32 * 1024);
