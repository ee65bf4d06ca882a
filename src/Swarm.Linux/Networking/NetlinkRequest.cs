using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Linux.Networking;

/// <summary>One netlink message being written: header, fixed part, attributes.</summary>
/// <remarks>
/// Everything is padded to four bytes, <see href="https://docs.kernel.org/userspace-api/netlink/intro.html"/>.
/// </remarks>
internal sealed class NetlinkRequest
{
    private byte[] _buffer = new byte[512];
    private int _length;

    internal NetlinkRequest(int type, int flags, uint sequence)
    {
        var header = new NetlinkHeader
        {
            Type = (ushort)type,
            Flags = (ushort)(flags | Uapi.NLM_F_REQUEST),
            Sequence = sequence,
        };
        Write(header);
    }

    internal uint Sequence => MemoryMarshal.Read<NetlinkHeader>(_buffer).Sequence;

    internal NetlinkRequest Write<T>(in T fixedPart)
        where T : unmanaged
    {
        MemoryMarshal.Write(Reserve(Marshal.SizeOf<T>()), in fixedPart);
        return this;
    }

    internal NetlinkRequest Attribute(int type, ReadOnlySpan<byte> value)
    {
        var room = Reserve(4 + value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(room, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(room[2..], (ushort)type);
        value.CopyTo(room[4..]);
        return this;
    }

    internal NetlinkRequest Attribute(int type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Attribute(type, bytes);
    }

    /// <summary>A name, with the zero byte at its end that the kernel asks for.</summary>
    internal NetlinkRequest Attribute(int type, string name) => Attribute(type, Encoding.UTF8.GetBytes(name + '\0'));

    internal NetlinkRequest Nested(int type, Action<NetlinkRequest> inner)
    {
        var start = _length;
        Attribute(type | Uapi.NLA_F_NESTED, []);
        inner(this);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(start), (ushort)(_length - start));
        return this;
    }

    internal ReadOnlySpan<byte> Finish()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer, (uint)_length);
        return _buffer.AsSpan(0, _length);
    }

    private Span<byte> Reserve(int size)
    {
        var padded = (size + 3) & ~3;
        if (_length + padded > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + padded));
        }

        var room = _buffer.AsSpan(_length, size);
        _length += padded;
        return room;
    }
}
