using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Manifests;
using Swarm.Images.Tar;

namespace Swarm.Images.Archives;

/// <summary>Makes an image of one layer from the tar of a root file system.</summary>
/// <remarks>
/// Unless it is told when it was created, that is when its newest file was changed: so the same tar is the same image
/// on every host that imports it.
/// </remarks>
internal static class RootImport
{
    /// <param name="now">Files that claim to be of a later time count as of this one.</param>
    /// <exception cref="ImageException">It is no tar, or not a whole one.</exception>
    public static ArchivedImage Read(
        Stream tar, ImageReference? name, ImageConfiguration configuration, string comment, DateTimeOffset now,
        ScratchFolder scratch, ImageStoreOptions options, CancellationToken cancellation)
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
        var (diffId, newest) = Check(layer, options, cancellation);
        var created = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(newest, 0, now.ToUnixTimeSeconds()));
        complete = complete with { Created = complete.Created ?? created };
        // Also without a comment: who reads the history counts the layers by it.
        var history = ImageHistory.Begin(new ImageHistoryEntry(complete.Created, "", "", comment));
        var config = StagedBlob.Write(scratch.NewPath(), ConfigWriting.Write(complete, [diffId], history));
        return ArchivedImage.Create(
            name is null ? [] : [name], manifest: null, config, "imported configuration", [layer]);
    }

    // Nothing promised a digest, so a tar that was cut short is told only by its missing end.
    private static (Digest DiffId, long NewestSeconds) Check(
        StagedBlob layer, ImageStoreOptions options, CancellationToken cancellation)
    {
        const string Subject = "imported tar";
        using var plain = new PlainStream(
            File.OpenRead(layer.Path), options.Limits.LayerMax, options.Limits, hashed: true, Subject, cancellation);
        var reader = new TarReader(plain, options.Limits, Subject);
        var newest = 0L;
        while (reader.Next() is { } entry) newest = Math.Max(newest, entry.Modified.Seconds);

        return reader.HadEnd
            ? (plain.Finish(), newest)
            : throw new ImageException(ImageFault.Invalid, $"{Subject}: ends without the two blocks that end a tar");
    }
}
