using System.Text;

namespace Swarm.Client.Compose;

/// <summary>Reads text files of a bounded size, as UTF-8 and nothing else.</summary>
internal static class ComposeText
{
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="IOException">Not there, not readable, too large, or not UTF-8.</exception>
    public static string Read(string path)
    {
        if (Directory.Exists(path)) throw new IOException("it is a folder");
        if (!File.Exists(path)) throw new FileNotFoundException("there is no such file");
        using var file = File.OpenRead(path);
        return Read(file);
    }

    /// <inheritdoc cref="Read(string)"/>
    public static string Read(Stream stream)
    {
        var bytes = new byte[ComposeLimits.FileBytes + 1];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > ComposeLimits.FileBytes) throw new IOException($"larger than {ComposeLimits.FileBytes} bytes");
        try
        {
            return Strict.GetString(bytes, 0, length).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException wrong)
        {
            throw new IOException($"not UTF-8: the byte at offset {wrong.Index} does not belong", wrong);
        }
    }
}
