namespace Swarm.Images.Names;

/// <summary>What is kept of an image besides its blobs; the file is named by the image's id.</summary>
/// <param name="SizeBytes">Bytes of its layers, unpacked.</param>
/// <param name="Parent">The image that it was built from.</param>
/// <param name="Step">What was done to that.</param>
/// <param name="IsResult">Whether a build ended with it.</param>
internal sealed record ImageRecord(
    string Manifest, long SizeBytes, string? Parent = null, string? Step = null, bool IsResult = false);

/// <summary>What a name means.</summary>
internal sealed record NameRecord(string Name, string Image);
