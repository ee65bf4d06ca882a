using System.IO.Compression;

namespace Swarm.Images.Blobs;

/// <summary>Finds out by the first bytes how something is compressed: media types and file names lie.</summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc1952, https://www.rfc-editor.org/rfc/rfc8878,
/// https://tukaani.org/xz/xz-file-format.txt; bzip2 has no specification.</remarks>
internal static class Decompression
{
    private static readonly string[] ProgramFolders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"];

    /// <summary>The plain bytes of a stream that is gzip, zstd, xz or bzip2, of several members or frames
    /// too, or none of these.</summary>
    /// <exception cref="ImageException">It takes a program that is not on this host.</exception>
    public static Stream Open(Stream compressed, out Compression compression)
    {
        var begun = new BegunStream(compressed);
        compression = Sniff(begun.Beginning);
        return compression switch
        {
            Compression.Gzip => new GZipStream(begun, CompressionMode.Decompress),
            Compression.Zstd => new ZstdSharp.DecompressionStream(begun, bufferSize: 128 * 1024, leaveOpen: false),
            Compression.Xz or Compression.Bzip2 => DecompressionProgram.Open(compression, begun, ProgramFolders),
            _ => begun,
        };
    }

    /// <param name="beginning">Ten bytes, where there are as many.</param>
    public static Compression Sniff(ReadOnlySpan<byte> beginning) => beginning switch
    {
        [0x1f, 0x8b, ..] => Compression.Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression.Zstd,
        [>= 0x50 and <= 0x5f, 0x2a, 0x4d, 0x18, ..] => Compression.Zstd, // a skippable frame may come first
        [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, ..] => Compression.Xz,
        // A block begins with the digits of pi, the end with those of its square root.
        [0x42, 0x5a, 0x68, >= 0x31 and <= 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Compression.Bzip2,
        [0x42, 0x5a, 0x68, >= 0x31 and <= 0x39, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Compression.Bzip2,
        _ => Compression.None,
    };
}

internal enum Compression
{
    None,
    Gzip,
    Zstd,
    Xz,
    Bzip2,
}
