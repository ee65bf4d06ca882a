namespace Swarm.Linux.Files;

/// <summary>Names and paths as the kernel wants them: bytes, ended by a zero byte, since they
/// need not be UTF-8.</summary>
internal static class NulTerminated
{
    /// <summary>The longest name of one entry, and its end.</summary>
    public const int NameBytes = 256;

    /// <summary>The longest path, and its end.</summary>
    public const int PathBytes = 4096;

    /// <exception cref="LinuxException">EINVAL for a zero byte within, ENAMETOOLONG when it does not fit.</exception>
    public static ReadOnlySpan<byte> In(Span<byte> buffer, ReadOnlySpan<byte> text)
    {
        if (text.Length >= buffer.Length) throw new LinuxException("path", Errno.ENAMETOOLONG, Show(text));
        if (text.Contains((byte)0)) throw new LinuxException("path", Errno.EINVAL, Show(text), "has a zero byte");

        text.CopyTo(buffer);
        buffer[text.Length] = 0;
        return buffer[..(text.Length + 1)];
    }

    /// <summary>For messages: what is not readable shows as a replacement character, and long names are cut.</summary>
    public static string Show(ReadOnlySpan<byte> text) =>
        text.Length > 200
            ? System.Text.Encoding.UTF8.GetString(text[..200]) + "…"
            : System.Text.Encoding.UTF8.GetString(text);
}
