using System.Collections.Immutable;
using System.Numerics;

namespace Swarm.Core.Images;

/// <summary>Some of the pieces of a blob.</summary>
public readonly struct PieceSet : IEquatable<PieceSet>
{
    private const int WordBits = 64;

    private readonly ImmutableArray<ulong> _words;

    private PieceSet(ImmutableArray<ulong> words) => _words = words;

    public static PieceSet Empty => default;

    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in Words) count += BitOperations.PopCount(word);
            return count;
        }
    }

    private ImmutableArray<ulong> Words => _words.IsDefault ? [] : _words;

    /// <summary>The first so many.</summary>
    public static PieceSet All(int pieces)
    {
        var words = new ulong[(pieces + WordBits - 1) / WordBits];
        for (var piece = 0; piece < pieces; piece++) words[piece / WordBits] |= 1UL << (piece % WordBits);
        return new PieceSet(ImmutableArray.Create(words));
    }

    public bool Contains(int piece) =>
        piece / WordBits < Words.Length && (Words[piece / WordBits] & (1UL << (piece % WordBits))) != 0;

    public PieceSet Add(int piece)
    {
        var words = new ulong[Math.Max(Words.Length, (piece / WordBits) + 1)];
        Words.CopyTo(words);
        words[piece / WordBits] |= 1UL << (piece % WordBits);
        return new PieceSet(ImmutableArray.Create(words));
    }

    /// <summary>A bit a piece, the lowest first; as it goes over the wire.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Words.Length * sizeof(ulong)];
        for (var word = 0; word < Words.Length; word++)
            BitConverter.TryWriteBytes(bytes.AsSpan(word * sizeof(ulong)), Words[word]);
        return bytes;
    }

    /// <summary>What <see cref="ToBytes"/> has written; bits beyond so many pieces do not count.</summary>
    public static PieceSet FromBytes(ReadOnlySpan<byte> bytes, int pieces)
    {
        var words = new ulong[(pieces + WordBits - 1) / WordBits];
        for (var piece = 0; piece < pieces; piece++)
        {
            if (piece / 8 < bytes.Length && (bytes[piece / 8] & (1 << (piece % 8))) != 0)
                words[piece / WordBits] |= 1UL << (piece % WordBits);
        }

        return new PieceSet(ImmutableArray.Create(words));
    }

    /// <inheritdoc/>
    public bool Equals(PieceSet other)
    {
        var (longer, shorter) = Words.Length >= other.Words.Length ? (Words, other.Words) : (other.Words, Words);
        for (var word = 0; word < longer.Length; word++)
        {
            if (longer[word] != (word < shorter.Length ? shorter[word] : 0)) return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PieceSet other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Count;

    /// <inheritdoc/>
    public override string ToString() => $"{Count} pieces";

    public static bool operator ==(PieceSet left, PieceSet right) => left.Equals(right);

    public static bool operator !=(PieceSet left, PieceSet right) => !left.Equals(right);
}
