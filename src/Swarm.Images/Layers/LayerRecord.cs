using Swarm.Core.Images;

namespace Swarm.Images.Layers;

/// <summary>What is kept with an unpacked layer.</summary>
/// <param name="SizeBytes">Bytes of its regular files.</param>
/// <param name="SetsRoot">Whether the owner and permissions of its root are of the image and
/// not of whoever unpacked it.</param>
internal sealed record LayerRecord(long SizeBytes, bool SetsRoot);

/// <summary>A layer of an image: what it is, and where its blob lies.</summary>
/// <param name="ChainId">The digest of it and all below it.</param>
/// <param name="Blob">The digest of its blob, which may be compressed.</param>
internal sealed record ImageLayer(Digest DiffId, Digest ChainId, Digest Blob, string BlobPath);

/// <summary>A layer that is unpacked.</summary>
/// <param name="Path">Where it lies now: in its place, or in a scratch folder.</param>
/// <param name="Name">Its name among the layers.</param>
internal sealed record UnpackedLayer(string Path, string Name, LayerRecord Record)
{
    public string Tree => System.IO.Path.Combine(Path, LayerFolder.TreeName);
}
