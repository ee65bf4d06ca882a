using System.Runtime.InteropServices;

namespace Swarm.Linux.Files;

/// <summary>What kind of thing an entry of a folder is: the upper bits of its mode.</summary>
public enum FileKind
{
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Folder = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    SymbolicLink = 0xA000,
    Socket = 0xC000,
}

/// <summary>What the kernel knows of one file, by
/// <see href="https://man7.org/linux/man-pages/man2/statx.2.html">statx(2)</see>.</summary>
/// <param name="Mode">Permissions with set-user-id, set-group-id and sticky.</param>
/// <param name="Device">The file system it is on.</param>
public readonly record struct FileStatus(
    FileKind Kind, uint Mode, uint UserId, uint GroupId, long Size, uint Links, ulong Inode, DeviceNumber Device,
    DeviceNumber Represents, FileTime Modified)
{
    public bool IsDevice => Kind is FileKind.CharacterDevice or FileKind.BlockDevice;
}

public readonly record struct DeviceNumber(uint Major, uint Minor)
{
    internal ulong Encoded =>
        ((ulong)(Major & 0xfffff000) << 32) | ((ulong)(Major & 0xfff) << 8)
        | ((ulong)(Minor & 0xffffff00) << 12) | (Minor & 0xff);
}

/// <summary>Seconds since 1970, which may be negative, and nanoseconds to add.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct FileTime(long Seconds, long Nanoseconds);

/// <summary>The layout of <c>struct statx</c>, the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatxBuffer
{
    public const uint BasicMask = 0x7ff;

    [FieldOffset(16)] public uint Links;
    [FieldOffset(20)] public uint UserId;
    [FieldOffset(24)] public uint GroupId;
    [FieldOffset(28)] public ushort Mode;
    [FieldOffset(32)] public ulong Inode;
    [FieldOffset(40)] public ulong Size;
    [FieldOffset(112)] public long ModifiedSeconds;
    [FieldOffset(120)] public uint ModifiedNanoseconds;
    [FieldOffset(128)] public uint RepresentsMajor;
    [FieldOffset(132)] public uint RepresentsMinor;
    [FieldOffset(136)] public uint DeviceMajor;
    [FieldOffset(140)] public uint DeviceMinor;

    public readonly FileStatus ToStatus() => new(
        (FileKind)(Mode & 0xf000), (uint)(Mode & 0xfff), UserId, GroupId, (long)Size, Links, Inode,
        new DeviceNumber(DeviceMajor, DeviceMinor), new DeviceNumber(RepresentsMajor, RepresentsMinor),
        new FileTime(ModifiedSeconds, ModifiedNanoseconds));
}
