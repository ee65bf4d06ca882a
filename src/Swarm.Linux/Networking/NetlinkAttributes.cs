using System.Buffers.Binary;
using System.Text;

namespace Swarm.Linux.Networking;

/// <summary>Reads the attributes of a netlink message, one after another.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    internal int Type { get; private set; }

    internal ReadOnlySpan<byte> Value { get; private set; }

    internal readonly string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    internal readonly int Number => BinaryPrimitives.ReadInt32LittleEndian(Value);

    /// <summary>Moves to the next attribute; false at the end or where a length makes no sense.</summary>
    internal bool Next()
    {
        if (_rest.Length < 4) return false;

        int length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < 4 || length > _rest.Length) return false;

        Type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]) & 0x3fff;
        Value = _rest[4..length];
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }
}
