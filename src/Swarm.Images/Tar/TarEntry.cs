using Swarm.Linux.Files;

namespace Swarm.Images.Tar;

/// <summary>One entry of a tar. Names are bytes, since nothing says that they are text.</summary>
internal sealed record TarEntry
{
    public required byte[] Name { get; init; }

    public required TarKind Kind { get; init; }

    public byte[] LinkName { get; init; } = [];

    public uint Mode { get; init; }

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    /// <summary>Bytes of content that follow.</summary>
    public long Size { get; init; }

    public FileTime Modified { get; init; }

    public DeviceNumber Device { get; init; }

    public IReadOnlyList<TarAttribute> Attributes { get; init; } = [];

    /// <summary>Where its header begins, for messages.</summary>
    public long Position { get; init; }
}

/// <summary>An extended attribute: raw bytes both.</summary>
internal readonly record struct TarAttribute(byte[] Name, byte[] Value);

internal enum TarKind : byte
{
    File = (byte)'0',
    HardLink = (byte)'1',
    SymbolicLink = (byte)'2',
    CharacterDevice = (byte)'3',
    BlockDevice = (byte)'4',
    Folder = (byte)'5',
    Fifo = (byte)'6',
}
