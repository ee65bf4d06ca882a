using System.Collections.Immutable;

namespace Swarm.Images.Archives;

/// <summary>Finds the images in the files of an archive: an OCI layout, an archive of
/// Docker's, or both in one.</summary>
internal static class ImageArchive
{
    /// <exception cref="ImageException">Neither of these, empty, or broken.</exception>
    public static ImmutableArray<ArchivedImage> Read(IImageFiles files)
    {
        var layout = files.Find("index.json") is null ? null : new OciLayout(files);
        var images = files.Find("manifest.json") is not null ? new DockerArchive(files, layout).Read()
            : layout is not null ? layout.Read()
            : files.Find("repositories") is not null
                ? throw new ImageException(ImageFault.Unsupported, $"{files.Subject}: written by Docker before 1.10")
                : throw new ImageException(
                    ImageFault.Invalid, $"{files.Subject}: neither manifest.json nor index.json is in it");

        return images.IsEmpty
            ? throw new ImageException(ImageFault.Invalid, $"{files.Subject}: names no image")
            : images;
    }
}
