using System.IO.Compression;
using Swarm.Images.Blobs;

namespace Swarm.Images.Layers;

/// <summary>What a layer that came without a manifest is kept as.</summary>
internal static class KeptLayer
{
    /// <summary>The same layer, as gzip where it came compressed in a way for which manifests have no media type: so
    /// whoever gets the image from here can read it. Blocks.</summary>
    /// <exception cref="ImageException">Its compression is broken, or it holds too much.</exception>
    public static StagedBlob Of(
        StagedBlob layer, ScratchFolder scratch, ImageStoreOptions options, CancellationToken cancellation)
    {
        if (MayBeKept(layer)) return layer;
        var path = scratch.NewPath();
        using var plain = new PlainStream(
            File.OpenRead(layer.Path), options.Limits.LayerMax, options.Limits, hashed: false, $"layer {layer.Digest}",
            cancellation);
        using var file = new HashedFile(path);
        using (var gzip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true)) plain.CopyTo(gzip);
        return file.Finish();
    }

    /// <summary>Whether there is a media type for it as it is.</summary>
    public static bool MayBeKept(StagedBlob layer) =>
        CompressionOf(layer) is not (Compression.Xz or Compression.Bzip2);

    public static Compression CompressionOf(StagedBlob layer)
    {
        using var file = File.OpenRead(layer.Path);
        var beginning = new byte[10];
        var length = file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        return Decompression.Sniff(beginning.AsSpan(0, length));
    }
}
