namespace Swarm.Images.Unpacking;

/// <summary>Names by which a layer says what of the layers below is gone.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts</remarks>
internal static class Whiteout
{
    public static ReadOnlySpan<byte> Prefix => ".wh."u8;

    public static ReadOnlySpan<byte> Opaque => ".wh..wh..opq"u8;

    /// <summary>Notes that AUFS kept for itself; no file of the image.</summary>
    public static ReadOnlySpan<byte> AufsPrefix => ".wh..wh."u8;

    public static bool Is(ReadOnlySpan<byte> name) => name.StartsWith(Prefix);

    /// <summary>Whether a path is one of AUFS' own notes, or below one.</summary>
    public static bool IsAufsNote(LayerPath path) =>
        !path.Name.AsSpan().SequenceEqual(Opaque)
        && (path.Name.AsSpan().StartsWith(AufsPrefix) || path.Folder.AsSpan().StartsWith(AufsPrefix)
            || path.Folder.AsSpan().IndexOf("/.wh..wh."u8) >= 0);

    /// <summary>Whether a file would lie in a folder that can only be a whiteout.</summary>
    public static bool IsBelowOne(LayerPath path) =>
        path.Folder.AsSpan().StartsWith(Prefix) || path.Folder.AsSpan().IndexOf("/.wh."u8) >= 0;
}
