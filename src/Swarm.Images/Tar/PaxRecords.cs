using Swarm.Linux.Files;

namespace Swarm.Images.Tar;

/// <summary>What extended headers say of the entries after them: <c>length key=value\n</c>, again and again.</summary>
/// <remarks>https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_03</remarks>
internal sealed record PaxRecords
{
    // Far more than a file system keeps with one file.
    private const int AttributesMax = 256;

    public byte[]? Path { get; private set; }

    public byte[]? LinkPath { get; private set; }

    public long? Size { get; private set; }

    public long? UserId { get; private set; }

    public long? GroupId { get; private set; }

    public FileTime? Modified { get; private set; }

    public List<TarAttribute> Attributes { get; private init; } = [];

    /// <summary>The first key that speaks of a sparse file; null when none does.</summary>
    public string? Sparse { get; private set; }

    /// <summary>A copy that records of one entry may be added to.</summary>
    public PaxRecords Copy() => this with { Attributes = [.. Attributes] };

    /// <summary>Reads one header's content. A later record wins over an earlier one.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public string? Add(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            var space = content.IndexOf((byte)' ');
            if (space is < 1 or > 10 || !int.TryParse(content[..space], null, out var length)
                || length <= space + 2 || length > content.Length || content[length - 1] != (byte)'\n')
            {
                return "pax record has a wrong length";
            }

            var record = content[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals < 1) return "pax record has no key";
            if (Set(record[..equals], record[(equals + 1)..]) is { } wrong) return wrong;
            content = content[length..];
        }

        return null;
    }

    private string? Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.StartsWith("SCHILY.xattr."u8)) return SetAttribute(key["SCHILY.xattr.".Length..], value);
        if (key.StartsWith("GNU.sparse."u8)) Sparse ??= System.Text.Encoding.ASCII.GetString(key);
        if (key.SequenceEqual("path"u8)) return SetName(value, "path", name => Path = name);
        if (key.SequenceEqual("linkpath"u8)) return SetName(value, "linkpath", name => LinkPath = name);
        if (key.SequenceEqual("size"u8)) return SetNumber(value, "size", number => Size = number);
        if (key.SequenceEqual("uid"u8)) return SetNumber(value, "uid", number => UserId = number);
        if (key.SequenceEqual("gid"u8)) return SetNumber(value, "gid", number => GroupId = number);
        if (!key.SequenceEqual("mtime"u8)) return null;
        if (!TarNumbers.TryParseTime(value, out var seconds, out var nanoseconds)) return "pax mtime is no time";

        Modified = new FileTime(seconds, nanoseconds);
        return null;
    }

    private string? SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.IsEmpty || name.Length > 255 || name.Contains((byte)0))
            return "pax attribute has no name the kernel takes";
        if (value.Length > 64 * 1024) return "pax attribute is longer than 64 KiB";

        if (Attributes.Count >= AttributesMax) return $"more than {AttributesMax} pax attributes";

        var copy = name.ToArray();
        Attributes.RemoveAll(attribute => attribute.Name.AsSpan().SequenceEqual(copy));
        Attributes.Add(new TarAttribute(copy, value.ToArray()));
        return null;
    }

    private static string? SetName(ReadOnlySpan<byte> value, string key, Action<byte[]> set)
    {
        if (value.Contains((byte)0)) return $"pax {key} has a zero byte";
        set(value.ToArray());
        return null;
    }

    private static string? SetNumber(ReadOnlySpan<byte> value, string key, Action<long> set)
    {
        if (!long.TryParse(value, null, out var number) || number < 0) return $"pax {key} is no number from 0";
        set(number);
        return null;
    }
}
