namespace Swarm.Images.Names;

/// <summary>What is kept of an image besides its blobs; the file is named by the image's id.</summary>
/// <param name="SizeBytes">Bytes of its layers, unpacked.</param>
/// <param name="Parent">The image that it was built from.</param>
/// <param name="Step">What was done to that.</param>
/// <param name="IsResult">Whether a build ended with it.</param>
internal sealed record ImageRecord(
    string Manifest, long SizeBytes, string? Parent = null, string? Step = null, bool IsResult = false);

/// <summary>What a name means.</summary>
/// <param name="IsOwn">Of a name by digest: it came with a push to a node, and no registry is known to have it.</param>
internal sealed record NameRecord(string Name, string Image, bool IsOwn = false);
