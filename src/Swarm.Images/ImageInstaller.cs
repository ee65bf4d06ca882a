using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Archives;
using Swarm.Images.Blobs;
using Swarm.Images.Layers;
using Swarm.Images.Manifests;
using Swarm.Images.Names;
using Swarm.Linux.Files;

namespace Swarm.Images;

/// <summary>An image whose every part is checked, unpacked, on the disk, and only needs to be
/// moved to its place.</summary>
internal sealed record ReadyImage(
    KnownImage Image, ImmutableArray<ImageReference> Names, ImmutableArray<StagedBlob> Blobs,
    ImmutableArray<UnpackedLayer> Layers)
{
    /// <inheritdoc cref="ArchivedImage.OwnNames"/>
    public ImmutableArray<ImageReference> OwnNames { get; init; } = [];
}

/// <summary>Takes images from a scratch folder into the store.</summary>
internal sealed class ImageInstaller(StoreFolders folders, LayerFolder layers, ImageStoreOptions options)
{
    /// <summary>Unpacks what is new and brings all to the disk. Nothing is seen yet.</summary>
    /// <param name="ahead">What was unpacked of them before; null where nothing was.</param>
    public async Task<ImmutableArray<ReadyImage>> PrepareAsync(
        ImmutableArray<ArchivedImage> images, ScratchFolder scratch, ImageAhead? ahead, CancellationToken cancellation)
    {
        var ready = ImmutableArray.CreateBuilder<ReadyImage>();
        foreach (var image in images) ready.Add(await UnpackAsync(image, scratch, ahead, cancellation));

        return await DedicatedThread.RunAsync(
            () =>
            {
                Durability.SyncFileSystem(folders.Root);
                return ready.ToImmutable();
            },
            cancellation);
    }

    /// <summary>Brings the blobs of an image that was made here to the disk. Nothing is seen yet, and layers that are
    /// not unpacked are so when they are needed.</summary>
    /// <param name="size">Of its layers, unpacked.</param>
    /// <param name="isBuilding">What is in its place need not be on the disk, and all of it is brought there.</param>
    /// <exception cref="ImageException">A blob is gone that was here when it was begun.</exception>
    public ReadyImage PrepareBlobs(
        ArchivedImage image, Bytes size, ScratchFolder scratch, bool isBuilding, CancellationToken cancellation)
    {
        foreach (var layer in image.Layers) RequireHere(layer, image.Config.Digest);
        var ready = Describe(Keepable(image, scratch, cancellation), size, [], scratch);
        if (isBuilding)
        {
            Durability.SyncFileSystem(folders.Root);
            return ready;
        }

        foreach (var blob in ready.Blobs)
        {
            if (blob.Path != folders.Blob(blob.Digest)) Durability.SyncFile(blob.Path);
        }

        return ready;
    }

    /// <summary>Moves blobs and layers to their places. Until the catalog knows the image, nobody sees them.</summary>
    /// <param name="synced">Whether the names of what is moved are brought to the disk.</param>
    /// <exception cref="ImageException">A blob is gone that was here when it was begun.</exception>
    public void Commit(ReadyImage image, bool synced = true)
    {
        foreach (var blob in image.Blobs)
        {
            var path = folders.Blob(blob.Digest);
            if (File.Exists(path)) continue;
            RequireHere(blob, image.Image.Id);
            File.SetUnixFileMode(blob.Path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            StoreFolders.Move(blob.Path, path);
        }

        if (synced) Durability.SyncFolder(folders.Blobs);
        layers.Commit(image.Layers, synced);
    }

    /// <summary>Unpacks what is new. Nothing is seen yet, and nothing is sure to be on the disk.</summary>
    /// <exception cref="ImageException">What is wrong with it, or that a layer is gone that was here when it was begun.
    /// </exception>
    public async Task<ReadyImage> UnpackAsync(
        ArchivedImage image, ScratchFolder scratch, ImageAhead? ahead, CancellationToken cancellation)
    {
        foreach (var layer in image.Layers) RequireHere(layer, image.Config.Digest);
        if (image.Manifest is null && !image.Layers.All(KeptLayer.MayBeKept))
            image = await DedicatedThread.RunAsync(() => Keepable(image, scratch, cancellation), cancellation);

        var unpacked = await layers.UnpackAsync([.. LayersOf(image)], scratch, ahead, cancellation);
        return Describe(image, new Bytes(unpacked.Sum(layer => layer.Record.SizeBytes)), unpacked, scratch);
    }

    /// <summary>With layers that a manifest which is written here can name. Blocks.</summary>
    private ArchivedImage Keepable(ArchivedImage image, ScratchFolder scratch, CancellationToken cancellation) =>
        image.Manifest is not null ? image : image with
        {
            Layers = [.. image.Layers.Select(layer => KeptLayer.Of(layer, scratch, options, cancellation))],
        };

    private static IEnumerable<ImageLayer> LayersOf(ArchivedImage image) =>
        image.Layers.Zip(image.Document.DiffIds, image.Document.ChainIds)
            .Select(layer => new ImageLayer(layer.Second, layer.Third, layer.First.Digest, layer.First.Path));

    private ReadyImage Describe(
        ArchivedImage image, Bytes size, ImmutableArray<UnpackedLayer> unpacked, ScratchFolder scratch)
    {
        var manifest = image.Manifest ?? WriteManifest(image, scratch);
        var known = new KnownImage(
            image.Config.Digest, manifest.Digest, image.Document.Configuration,
            [.. LayersOf(image).Select(layer => layer with { BlobPath = folders.Blob(layer.Blob) })], size);
        return new ReadyImage(known, image.Names, [.. image.Layers, image.Config, manifest], unpacked)
        {
            OwnNames = image.OwnNames,
        };
    }

    private static void RequireHere(StagedBlob blob, Digest image)
    {
        if (File.Exists(blob.Path)) return;
        throw new ImageException(
            ImageFault.NotFound,
            $"blob {blob.Digest} of image {image} is not on this host any more: was what the image is made of removed "
            + "meanwhile?");
    }

    private static StagedBlob WriteManifest(ArchivedImage image, ScratchFolder scratch)
    {
        var content = ImageManifest.Write(
            DescriptorOf(image.Config, ""), image.Layers.Select(layer => DescriptorOf(layer, LayerType(layer))));
        return StagedBlob.Write(scratch.NewPath(), content);
    }

    private static Descriptor DescriptorOf(StagedBlob blob, string mediaType) =>
        new(mediaType, blob.Digest, blob.Size, Platform: null, Name: null);

    private static string LayerType(StagedBlob layer) =>
        "application/vnd.oci.image.layer.v1.tar" + KeptLayer.CompressionOf(layer) switch
        {
            Compression.Gzip => "+gzip",
            Compression.Zstd => "+zstd",
            _ => "",
        };
}
