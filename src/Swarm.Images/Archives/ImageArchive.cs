using System.Collections.Immutable;
using Swarm.Images.Manifests;

namespace Swarm.Images.Archives;

/// <summary>Finds the images in the files of an archive: an OCI layout, an archive of
/// Docker's, or both in one.</summary>
internal static class ImageArchive
{
    /// <param name="platform">For which they shall be; null: of an image for several what is for this host.</param>
    /// <exception cref="ImageException">Neither of these, empty, or broken; or nothing in it is for the
    /// platform.</exception>
    public static ImmutableArray<ArchivedImage> Read(IImageFiles files, ImagePlatform? platform)
    {
        var layout = files.Find("index.json") is null ? null : new OciLayout(files, platform);
        var images = files.Find("manifest.json") is not null ? new DockerArchive(files, layout).Read()
            : layout is not null ? layout.Read()
            : files.Find("repositories") is not null
                ? throw new ImageException(ImageFault.Unsupported, $"{files.Subject}: written by Docker before 1.10")
                : throw new ImageException(
                    ImageFault.Invalid, $"{files.Subject}: neither manifest.json nor index.json is in it");
        return platform is not null ? Choose(files, images, layout, platform)
            : images.IsEmpty ? throw new ImageException(ImageFault.Invalid, $"{files.Subject}: names no image")
            : images;
    }

    /// <remarks>Docker lists in manifest.json what is for one platform, and in index.json all.</remarks>
    private static ImmutableArray<ArchivedImage> Choose(
        IImageFiles files, ImmutableArray<ArchivedImage> images, OciLayout? layout, ImagePlatform platform)
    {
        ImmutableArray<ArchivedImage> chosen = [.. images.Where(IsForIt)];
        if (chosen.IsEmpty && layout is not null) chosen = [.. layout.Read().Where(IsForIt)];
        if (!chosen.IsEmpty) return chosen;
        var others = images.Select(PlatformOf).Concat(layout?.Platforms() ?? []).Distinct();
        throw new ImageException(
            ImageFault.NotFound,
            $"requested platform ({platform}) not found: {files.Subject}: has images for {string.Join(", ", others)}");

        bool IsForIt(ArchivedImage image) => PlatformOf(image) == platform;
    }

    private static ImagePlatform PlatformOf(ArchivedImage image) => ImagePlatform.Of(image.Document.Configuration);
}
