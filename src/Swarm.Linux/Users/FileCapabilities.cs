using System.Buffers.Binary;

namespace Swarm.Linux.Users;

/// <summary>Capabilities that a file gives to whoever runs it, as they are in <c>security.capability</c>.</summary>
/// <remarks>Version 3 has an id more than version 2: the host's id of the root user to whose user namespace they
/// belong, see <see href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7)</see>. In an image
/// they are of version 2.</remarks>
public static class FileCapabilities
{
    private const uint RevisionMask = 0xff000000;
    private const uint Version2 = 0x02000000;
    private const uint Version3 = 0x03000000;
    private const int Version2Bytes = 20;
    private const int Version3Bytes = 24;

    /// <summary>For a file that shall have them in the user namespace only.</summary>
    public static byte[] ToHost(byte[] value, IdMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (Revision(value) != Version2 || value.Length != Version2Bytes) return value;
        var mapped = new byte[Version3Bytes];
        value.CopyTo(mapped, 0);
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(value) & ~RevisionMask;
        BinaryPrimitives.WriteUInt32LittleEndian(mapped, Version3 | flags);
        BinaryPrimitives.WriteUInt32LittleEndian(mapped.AsSpan(Version2Bytes), map.Root.User);
        return mapped;
    }

    /// <summary>As the user namespace sees them.</summary>
    public static byte[] ToInside(byte[] value, IdMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (Revision(value) != Version3 || value.Length != Version3Bytes) return value;
        if (BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(Version2Bytes)) != map.Root.User) return value;
        var inside = value[..Version2Bytes];
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(value) & ~RevisionMask;
        BinaryPrimitives.WriteUInt32LittleEndian(inside, Version2 | flags);
        return inside;
    }

    private static uint Revision(byte[] value) =>
        value.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(value) & RevisionMask;
}
