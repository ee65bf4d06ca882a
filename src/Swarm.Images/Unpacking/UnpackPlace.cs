namespace Swarm.Images.Unpacking;

/// <summary>What a layer is unpacked into.</summary>
internal enum UnpackPlace
{
    /// <summary>An empty folder, and nothing will be below: the first layer of an image.</summary>
    Base,

    /// <summary>An empty folder, without sight of the layers that will be below. What would
    /// need them stops the unpacking.</summary>
    Alone,

    /// <summary>The merged view of the layers below, whose changes the kernel keeps apart.</summary>
    Over,
}

/// <param name="SpeaksOfLowers">
/// It has whiteouts, or counts on folders or files of layers below, so that it means something else in another place.
/// Unpacked alone it was stopped there, and must be unpacked over them.
/// </param>
/// <param name="Size">Bytes of its regular files.</param>
/// <param name="SetsRoot">Whether it has an entry for the root folder itself.</param>
internal sealed record UnpackReport(bool SpeaksOfLowers, long Size, bool SetsRoot);
