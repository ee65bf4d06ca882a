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
        return compression switch
        {
            Compression.Gzip => new GZipStream(begun, CompressionMode.Decompress),
            Compression.Zstd => new ZstdSharp.DecompressionStream(begun, bufferSize: 128 * 1024, leaveOpen: false),
            _ => begun,
        };
    }

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
