using Swarm.Linux.Files;

namespace Swarm.Images.Tar;

/// <summary>The 512 bytes before each entry.</summary>
internal readonly record struct TarHeader(
    byte[] Name, byte Type, byte[] LinkName, long Mode, long UserId, long GroupId, long Size, long Modified,
    DeviceNumber Device)
{
    private const int ChecksumAt = 148;

    /// <returns>Null, or what is wrong.</returns>
    public static string? Parse(ReadOnlySpan<byte> block, out TarHeader header)
    {
        header = default;
        if (!TarNumbers.TryParse(block.Slice(ChecksumAt, 8), out var checksum) || !Fits(block, checksum))
            return "wrong checksum of a header";
        if (!TarNumbers.TryParse(block.Slice(124, 12), out var size)) return "size is no number";
        if (size < 0) return $"negative size {size}";
        if (!TarNumbers.TryParse(block.Slice(100, 8), out var mode)) return "mode is no number";
        if (!TarNumbers.TryParse(block.Slice(108, 8), out var user)) return "uid is no number";
        if (!TarNumbers.TryParse(block.Slice(116, 8), out var group)) return "gid is no number";
        if (!TarNumbers.TryParse(block.Slice(136, 12), out var modified)) return "mtime is no number";

        var type = block[156];
        var device = default(DeviceNumber);
        if (type is (byte)'3' or (byte)'4')
        {
            if (!TarNumbers.TryParse(block.Slice(329, 8), out var major) || major is < 0 or > 0xfff
                || !TarNumbers.TryParse(block.Slice(337, 8), out var minor) || minor is < 0 or > 0xfffff)
            {
                return "device number is none that Linux has";
            }

            device = new DeviceNumber((uint)major, (uint)minor);
        }

        header = new TarHeader(
            NameOf(block), type, Text(block.Slice(157, 100)), mode, user, group, size, modified, device);
        return null;
    }

    /// <summary>The sum of all bytes, its own field counted as spaces.</summary>
    public static long Checksum(ReadOnlySpan<byte> block)
    {
        var sum = 8L * ' ';
        foreach (var part in block[..ChecksumAt]) sum += part;
        foreach (var part in block[(ChecksumAt + 8)..]) sum += part;
        return sum;
    }

    private static bool Fits(ReadOnlySpan<byte> block, long checksum)
    {
        if (Checksum(block) == checksum) return true;

        // Some old tars added signed bytes.
        var signed = 8L * ' ';
        foreach (var part in block[..ChecksumAt]) signed += (sbyte)part;
        foreach (var part in block[(ChecksumAt + 8)..]) signed += (sbyte)part;
        return signed == checksum;
    }

    private static byte[] NameOf(ReadOnlySpan<byte> block)
    {
        // POSIX has "ustar\0"; GNU has "ustar " and other things where the prefix would be.
        var name = Text(block[..100]);
        var prefix = block.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(block.Slice(345, 155)) : [];
        return prefix.Length == 0 ? name : [.. prefix, (byte)'/', .. name];
    }

    private static byte[] Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return (end < 0 ? field : field[..end]).ToArray();
    }
}
