using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Images.Layers;
using Swarm.Images.Names;

namespace Swarm.Images;

public sealed partial class ImageStore
{
    /// <inheritdoc/>
    public ImageUse MeasureUse()
    {
        using (_gate.Enter())
        {
            var layers = _catalog.Images.ToDictionary(image => image.Id, image => LayersOf(image).ToImmutableArray());
            var users = layers.Values.SelectMany(own => own).CountBy(layer => layer.Name)
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
            return new ImageUse(
                Sum(layers.Values.SelectMany(own => own).DistinctBy(layer => layer.Name)),
                layers.ToImmutableDictionary(
                    pair => pair.Key, pair => Sum(pair.Value.Where(layer => users[layer.Name] > 1))));
        }
    }

    /// <inheritdoc/>
    public Bytes MeasureBlobs() => new(
        new DirectoryInfo(_folders.Blobs).EnumerateFiles().Sum(blob => blob.Length));

    private IEnumerable<UnpackedLayer> LayersOf(KnownImage image) =>
        UnpackedLayersOf(image).DistinctBy(layer => layer.Name);

    /// <summary>One for each of its layers. That of an image which was committed in this moment is nowhere yet, and has
    /// what is left of the image's size.</summary>
    private IEnumerable<UnpackedLayer> UnpackedLayersOf(KnownImage image)
    {
        var found = image.Layers.Select(_layers.Find).ToList();
        var missing = found.Count(layer => layer is null) == 1
            ? Math.Max(0, image.Size.Value - found.Sum(layer => layer?.Record.SizeBytes ?? 0))
            : 0;
        return image.Layers.Zip(found, (layer, unpacked) => unpacked
            ?? new UnpackedLayer("", LayerFolder.NamesOf(layer)[0], new LayerRecord(missing, SetsRoot: false)));
    }

    private static Bytes Sum(IEnumerable<UnpackedLayer> layers) => new(layers.Sum(layer => layer.Record.SizeBytes));
}
