using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Manifests;
using Swarm.Images.Tar;

namespace Swarm.Images.Archives;

/// <summary>Makes an image of one layer from the tar of a root file system.</summary>
internal static class RootImport
{
    /// <exception cref="ImageException">It is no tar, or not a whole one.</exception>
    public static ArchivedImage Read(
        Stream tar, ImageReference? name, ImageConfiguration configuration, ScratchFolder scratch,
        ImageStoreOptions options,
        CancellationToken cancellation)
    {
        var buffer = new byte[256 * 1024];
        var layer = StagedBlob.Write(scratch.NewPath(), () =>
        {
            cancellation.ThrowIfCancellationRequested();
            return buffer.AsSpan(0, tar.Read(buffer));
        });

        var complete = configuration.Architecture.Length > 0
            ? configuration
            : configuration with
            {
                Architecture = ImagePlatform.Host.Architecture,
                OperatingSystem = ImagePlatform.Host.OperatingSystem,
            };
        var diffId = Check(layer, options, cancellation);
        var config = StagedBlob.Write(scratch.NewPath(), ConfigWriting.Write(complete, [diffId]));
        return ArchivedImage.Create(
            name is null ? [] : [name], manifest: null, config, "imported configuration", [layer]);
    }

    // Nothing promised a digest, so a tar that was cut short is told only by its missing end.
    private static Digest Check(StagedBlob layer, ImageStoreOptions options, CancellationToken cancellation)
    {
        const string Subject = "imported tar";
        using var plain = new PlainStream(
            File.OpenRead(layer.Path), options.Limits.LayerMax, options.Limits, hashed: true, Subject, cancellation);
        var reader = new TarReader(plain, options.Limits, Subject);
        while (reader.Next() is not null) { }

        return reader.HadEnd
            ? plain.Finish()
            : throw new ImageException(ImageFault.Invalid, $"{Subject}: ends without the two blocks that end a tar");
    }
}
