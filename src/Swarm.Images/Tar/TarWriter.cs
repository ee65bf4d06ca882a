using System.Buffers;
using System.Globalization;
using System.Text;

namespace Swarm.Images.Tar;

/// <summary>Writes pax tar: ustar where it fits, an extended header where it does not. The
/// same entries give the same bytes.</summary>
internal sealed class TarWriter(Stream stream)
{
    private const int BlockBytes = 512;
    private const int PieceBytes = 256 * 1024;

    /// <summary>Headers that were written, extended ones among them.</summary>
    public long Headers { get; private set; }

    /// <summary>Writes the header; <see cref="TarEntry.Size"/> bytes of content follow by
    /// <see cref="WriteContent(ReadOnlySpan{byte})"/>.</summary>
    public void WriteEntry(TarEntry entry)
    {
        var pax = PaxOf(entry);
        if (pax.Length > 0)
        {
            WriteHeader(
                new TarEntry { Name = "pax"u8.ToArray(), Kind = (TarKind)'x', Mode = 0x1a4, Size = pax.Length });
            stream.Write(pax);
            Pad(pax.Length);
        }

        WriteHeader(entry);
    }

    /// <summary>Writes all of the content of the entry that was begun.</summary>
    public void WriteContent(ReadOnlySpan<byte> content)
    {
        stream.Write(content);
        Pad(content.Length);
    }

    /// <summary>Writes as much content as the entry that was begun has: what has grown meanwhile is cut, and zeros
    /// stand for what is gone.</summary>
    public void WriteContent(Stream content, long size, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(size, 1, PieceBytes));
        for (var left = size; left > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            var piece = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            var read = content.Read(piece);
            if (read == 0) piece.Clear();
            else piece = piece[..read];
            stream.Write(piece);
            left -= piece.Length;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        Pad(size);
    }

    /// <summary>Fills the last block of content that was written past this.</summary>
    public void WritePadding(long size) => Pad(size);

    /// <summary>Writes the two blocks of zeros that end a tar.</summary>
    public void WriteEnd() => stream.Write(new byte[2 * BlockBytes]);

    private static byte[] PaxOf(TarEntry entry)
    {
        var records = new MemoryStream();
        if (entry.Name.Length > 100) Add(records, "path", entry.Name);
        if (entry.LinkName.Length > 100) Add(records, "linkpath", entry.LinkName);
        if (entry.Modified.Nanoseconds != 0) Add(records, "mtime", Time(entry.Modified));
        foreach (var attribute in entry.Attributes)
        {
            Add(records, "SCHILY.xattr." + Encoding.UTF8.GetString(attribute.Name), attribute.Value);
        }

        return records.ToArray();
    }

    private static byte[] Time(Linux.Files.FileTime time)
    {
        // A fraction of a time before 1970 counts away from it: half a second before is -0.5.
        var (seconds, nanoseconds) = time.Seconds >= 0
            ? (time.Seconds, time.Nanoseconds)
            : (time.Seconds + 1, 1_000_000_000 - time.Nanoseconds);
        var sign = time.Seconds < 0 && seconds == 0 ? "-" : "";
        return Encoding.ASCII
            .GetBytes(string.Create(CultureInfo.InvariantCulture, $"{sign}{seconds}.{nanoseconds:d9}"));
    }

    private static void Add(MemoryStream records, string key, ReadOnlySpan<byte> value)
    {
        // The length counts its own digits.
        var rest = 3 + Encoding.UTF8.GetByteCount(key) + value.Length;
        var length = rest + rest.ToString(CultureInfo.InvariantCulture).Length;
        if (rest + length.ToString(CultureInfo.InvariantCulture).Length > length) length++;

        records.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} {key}=")));
        records.Write(value);
        records.WriteByte((byte)'\n');
    }

    private void WriteHeader(TarEntry entry)
    {
        var block = new byte[BlockBytes];
        entry.Name.AsSpan(0, Math.Min(100, entry.Name.Length)).CopyTo(block);
        TarNumbers.Write(block.AsSpan(100, 8), entry.Mode);
        TarNumbers.Write(block.AsSpan(108, 8), entry.UserId);
        TarNumbers.Write(block.AsSpan(116, 8), entry.GroupId);
        TarNumbers.Write(block.AsSpan(124, 12), entry.Size);
        TarNumbers.Write(block.AsSpan(136, 12), entry.Modified.Seconds);
        block[156] = (byte)entry.Kind;
        entry.LinkName.AsSpan(0, Math.Min(100, entry.LinkName.Length)).CopyTo(block.AsSpan(157));
        "ustar\000"u8.CopyTo(block.AsSpan(257));
        "00"u8.CopyTo(block.AsSpan(263));
        TarNumbers.Write(block.AsSpan(329, 8), entry.Device.Major);
        TarNumbers.Write(block.AsSpan(337, 8), entry.Device.Minor);

        var checksum = Convert.ToString(TarHeader.Checksum(block), 8).PadLeft(6, '0') + "\0 ";
        Encoding.ASCII.GetBytes(checksum, block.AsSpan(148));
        stream.Write(block);
        Headers++;
    }

    private void Pad(long written) => stream.Write(new byte[(int)(-written & (BlockBytes - 1))]);
}
