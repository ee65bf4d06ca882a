namespace Swarm.Images.Names;

/// <summary>What is kept of an image besides its blobs; the file is named by the image's id.</summary>
/// <param name="SizeBytes">Bytes of its layers, unpacked.</param>
internal sealed record ImageRecord(string Manifest, long SizeBytes);

/// <summary>What a name means.</summary>
internal sealed record NameRecord(string Name, string Image);
