using System.Text;
using Swarm.Images.Tar;

namespace Swarm.Images.Unpacking;

/// <summary>The name of an entry, made clean: its folder, and its last part; both empty for the root.</summary>
/// <param name="Folder">Parts joined by slashes, without one at either end.</param>
internal readonly record struct LayerPath(byte[] Folder, byte[] Name)
{
    /// <summary>Bytes, without a zero at the end.</summary>
    public const int PathMax = 4095;

    private const int NameMax = 255;

    public bool IsRoot => Name.Length == 0;

    /// <summary>Folder and name, a character for each byte: to compare and to look up.</summary>
    public string Key => Child(Encoding.Latin1.GetString(Folder), Name);

    /// <summary>Absolute names count from the root; what goes up is refused.</summary>
    /// <exception cref="ImageException">A part is <c>..</c> or longer than the kernel takes.</exception>
    public static LayerPath Parse(ReadOnlySpan<byte> text, TarEntry entry, TarReader tar)
    {
        var clean = new byte[text.Length];
        var length = 0;
        var last = 0;
        foreach (var range in text.Split((byte)'/'))
        {
            var part = text[range];
            if (part.IsEmpty || part.SequenceEqual("."u8)) continue;
            if (part.SequenceEqual(".."u8)) throw tar.Invalid(entry, $"{TarReader.Show(text)} goes up by '..'");
            if (part.Length > NameMax) throw tar.Invalid(entry, $"a name of more than {NameMax} bytes");

            if (length > 0) clean[length++] = (byte)'/';
            last = length;
            part.CopyTo(clean.AsSpan(length));
            length += part.Length;
        }

        if (length > PathMax) throw tar.Invalid(entry, $"a path of more than {PathMax} bytes");
        return new LayerPath(clean[..Math.Max(0, last - 1)], clean[last..length]);
    }

    public static string Child(string folderKey, ReadOnlySpan<byte> name) =>
        folderKey.Length == 0 ? Encoding.Latin1.GetString(name) : $"{folderKey}/{Encoding.Latin1.GetString(name)}";
}
