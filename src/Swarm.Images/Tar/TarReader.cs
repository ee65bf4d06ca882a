using System.Text;
using Swarm.Images.Unpacking;
using Swarm.Linux.Files;

namespace Swarm.Images.Tar;

/// <summary>Reads ustar, pax and GNU tar as bytes, from a stream that need not be seekable.</summary>
/// <remarks>
/// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html,
/// https://www.gnu.org/software/tar/manual/html_node/Standard.html. Sparse files are refused,
/// as images should not have them.
/// </remarks>
internal sealed class TarReader(Stream stream, UnpackLimits limits, string subject)
{
    private const int BlockBytes = 512;

    private readonly TarSource _source = new(stream);
    private readonly PaxRecords _global = new();
    private TarEntry? _current;
    private long _contentLeft;
    private int _padding;
    private long _entries;

    /// <summary>Whether the block of zeros that ends a tar was there.</summary>
    public bool HadEnd { get; private set; }

    /// <summary>The next entry, passing over what of the content of the last one was not read.</summary>
    /// <returns>Null at the end, all bytes after it read too.</returns>
    /// <exception cref="ImageException">What is wrong and where.</exception>
    public TarEntry? Next()
    {
        while (!NextContent().IsEmpty) { }

        var records = _global;
        byte[]? longName = null;
        byte[]? longLink = null;
        while (true)
        {
            var position = _source.Position;
            if (!ReadHeader(out var header)) return null;
            if (++_entries > limits.EntriesMax) throw Invalid(position, $"more than {limits.EntriesMax} entries");

            switch ((char)header.Type)
            {
                case 'x': Add(records = records.Copy(), header, position); break;
                case 'g': Add(_global, header, position); records = _global; break;
                case 'L': longName = ReadLong(header, position); break;
                case 'K': longLink = ReadLong(header, position); break;
                default: return _current = Entry(header, records, longName, longLink, position);
            }
        }
    }

    /// <summary>More of the content of the current entry, valid until the next call; empty after the last.</summary>
    /// <exception cref="ImageException">The tar ends within.</exception>
    public ReadOnlySpan<byte> NextContent()
    {
        if (_contentLeft == 0)
        {
            // Some tools leave out the padding after the last entry, and what ends a tar too.
            if (_padding > 0) _source.Block(_padding);
            _padding = 0;
            return [];
        }

        var content = _source.Some(_contentLeft);
        if (content.IsEmpty) throw Invalid(_source.Position, $"ends in the middle of {Show(_current!.Name)}");
        _contentLeft -= content.Length;
        return content;
    }

    /// <summary>An error that names this tar and a place in it.</summary>
    public ImageException Invalid(long position, string what) =>
        new(ImageFault.Invalid, $"{subject}: at byte {position}: {what}");

    public ImageException Invalid(TarEntry entry, string what) =>
        new(ImageFault.Invalid, $"{subject}: entry {Show(entry.Name)} at byte {entry.Position}: {what}");

    internal static string Show(ReadOnlySpan<byte> name) =>
        "'" + Encoding.UTF8
            .GetString(name.Length > 200 ? name[..200] : name)
            .Replace("\n", "\\n", StringComparison.Ordinal) + "'";

    private bool ReadHeader(out TarHeader header)
    {
        header = default;
        var position = _source.Position;
        var block = _source.Block(BlockBytes);
        if (block.IsEmpty) return false;
        if (block.Length < BlockBytes) throw Invalid(position, "ends in the middle of a header");
        if (!block.ContainsAnyExcept((byte)0))
        {
            HadEnd = true;
            _source.Drain();
            return false;
        }

        if (TarHeader.Parse(block, out header) is { } wrong) throw Invalid(position, wrong);
        return true;
    }

    private void Add(PaxRecords records, TarHeader header, long position)
    {
        if (records.Add(ReadAll(header, position)) is { } wrong) throw Invalid(position, wrong);
        if (records.Sparse is { } sparse)
        {
            throw new ImageException(ImageFault.Unsupported, $"{subject}: at byte {position}: sparse file ({sparse})");
        }
    }

    private byte[] ReadLong(TarHeader header, long position) =>
        ReadAll(header, position).AsSpan().TrimEnd((byte)0).ToArray();

    private byte[] ReadAll(TarHeader header, long position)
    {
        if (header.Size > limits.HeaderMax.Value)
        {
            throw Invalid(position, $"extended header of {header.Size} bytes, more than {limits.HeaderMax.Value}");
        }

        var padded = (int)((header.Size + BlockBytes - 1) / BlockBytes * BlockBytes);
        var content = new byte[padded];
        for (var filled = 0; filled < padded;)
        {
            var some = _source.Some(padded - filled);
            if (some.IsEmpty) throw Invalid(position, "ends in the middle of an extended header");
            some.CopyTo(content.AsSpan(filled));
            filled += some.Length;
        }

        return content[..(int)header.Size];
    }

    private TarEntry Entry(TarHeader header, PaxRecords records, byte[]? longName, byte[]? longLink, long position)
    {
        var name = records.Path ?? longName ?? header.Name;
        var entry = new TarEntry
        {
            Name = name,
            Kind = Kind(header, name, position),
            LinkName = records.LinkPath ?? longLink ?? header.LinkName,
            Mode = (uint)header.Mode & 0xfff,
            UserId = Id(records.UserId ?? header.UserId, "uid", position),
            GroupId = Id(records.GroupId ?? header.GroupId, "gid", position),
            Modified = records.Modified ?? new FileTime(header.Modified, 0),
            Device = header.Device,
            Attributes = records.Attributes,
            Position = position,
        };

        if (name.Contains((byte)0) || entry.LinkName.Contains((byte)0)) throw Invalid(entry, "name has a zero byte");
        if (entry.Kind != TarKind.File) return entry; // a size of what has no content is ignored, as tar does

        entry = entry with { Size = records.Size ?? header.Size };
        if (entry.Size > limits.LayerMax.Value)
            throw Invalid(entry, $"{entry.Size} bytes, more than {limits.LayerMax.Value}");
        _contentLeft = entry.Size;
        _padding = (int)(-entry.Size & (BlockBytes - 1));
        return entry;
    }

    private TarKind Kind(TarHeader header, byte[] name, long position) => (char)header.Type switch
    {
        // Tars from before POSIX mark a folder by the slash at the end of its name.
        '0' or '\0' when name is [.., (byte)'/'] => TarKind.Folder,
        '0' or '\0' or '7' => TarKind.File,
        >= '1' and <= '6' => (TarKind)header.Type,
        'S' => throw new ImageException(
            ImageFault.Unsupported, $"{subject}: entry {Show(name)} at byte {position}: sparse file"),
        var type => throw new ImageException(
            ImageFault.Unsupported, $"{subject}: entry {Show(name)} at byte {position}: type 0x{(int)type:x2}"),
    };

    private uint Id(long id, string what, long position) =>
        id is >= 0 and < uint.MaxValue ? (uint)id : throw Invalid(position, $"{what} {id} is none that Linux has");
}
