using System.Buffers.Binary;
using System.Text;

namespace Swarm.Runtime.Names;

/// <summary>Reads a message from front to back, never outside of it.</summary>
/// <remarks>Pointers of compressed names are passed over and never followed, so none can lead round in a circle. In
/// what is read here nothing but the name of the question matters, and nothing stands before it that a pointer could
/// point at.</remarks>
internal ref struct MessageReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;

    internal int Position { get; private set; }

    internal bool TryNumber16(out ushort number)
    {
        number = 0;
        if (!TryTake(2, out var bytes)) return false;
        number = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return true;
    }

    internal bool TryNumber32(out uint number)
    {
        number = 0;
        if (!TryTake(4, out var bytes)) return false;
        number = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return true;
    }

    internal bool TrySkip(int length) => TryTake(length, out _);

    /// <summary>Reads a name that is written out in full.</summary>
    /// <param name="name">Null where it has bytes that are not printed, a blank, or a dot within a label.</param>
    internal bool TryName(out string? name)
    {
        name = null;
        var (begun, text, isPlain) = (Position, new StringBuilder(), true);
        while (true)
        {
            if (!TryTake(1, out var length)) return false;
            if (length[0] == 0) break;
            if (length[0] > MessageFormat.LongestLabel || !TryTake(length[0], out var label)) return false;
            if (Position - begun >= MessageFormat.LongestName) return false;
            isPlain &= !label.ContainsAnyExceptInRange((byte)'!', (byte)'~') && !label.Contains((byte)'.');
            if (text.Length > 0) text.Append('.');
            text.Append(Encoding.ASCII.GetString(label));
        }

        if (isPlain) name = text.ToString();
        return true;
    }

    /// <summary>Passes over a name that may end in a pointer.</summary>
    internal bool TrySkipName()
    {
        var begun = Position;
        while (TryTake(1, out var length))
        {
            if (length[0] == 0) return true;
            if (length[0] >= 0xc0) return TrySkip(1);
            if (length[0] > MessageFormat.LongestLabel || !TrySkip(length[0])) return false;
            if (Position - begun >= MessageFormat.LongestName) return false;
        }

        return false;
    }

    private bool TryTake(int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (length > _message.Length - Position) return false;
        bytes = _message.Slice(Position, length);
        Position += length;
        return true;
    }
}
