using System.IO.Compression;

namespace Swarm.Images.Blobs;

/// <summary>Finds out by the first bytes how something is compressed: media types and file names lie.</summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc1952, https://www.rfc-editor.org/rfc/rfc8878</remarks>
internal static class Decompression
{
    /// <summary>The plain bytes of a stream that is gzip or zstd, of several members or frames
    /// too, or neither.</summary>
    public static Stream Open(Stream compressed, out Compression compression)
    {
        var begun = new BegunStream(compressed);
        compression = Sniff(begun.Beginning);
        if (UnsupportedIn(begun.Beginning) is { } other)
        {
            throw new ImageException(
                ImageFault.Unsupported, $"it is compressed with {other}, which is not supported: gzip and zstd are");
        }

        return compression switch
        {
            Compression.Gzip => new GZipStream(begun, CompressionMode.Decompress),
            Compression.Zstd => new ZstdSharp.DecompressionStream(begun, bufferSize: 128 * 1024, leaveOpen: false),
            _ => begun,
        };
    }

    /// <summary>What something is compressed with that nothing here decompresses; null for anything else.</summary>
    /// <param name="beginning">Ten bytes, where there are as many.</param>
    public static string? UnsupportedIn(ReadOnlySpan<byte> beginning) => beginning switch
    {
        // bzip2 has no specification; its blocks begin with the digits of pi.
        [0x42, 0x5a, 0x68, >= 0x31 and <= 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => "bzip2",
        [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, ..] => "xz", // https://tukaani.org/xz/xz-file-format.txt
        _ => null,
    };

    public static Compression Sniff(ReadOnlySpan<byte> beginning) => beginning switch
    {
        [0x1f, 0x8b, ..] => Compression.Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression.Zstd,
        [>= 0x50 and <= 0x5f, 0x2a, 0x4d, 0x18, ..] => Compression.Zstd, // a skippable frame may come first
        _ => Compression.None,
    };
}

internal enum Compression
{
    None,
    Gzip,
    Zstd,
}
