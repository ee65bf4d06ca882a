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
        image.Layers.Select(_layers.Find).OfType<UnpackedLayer>().DistinctBy(layer => layer.Name);

    private static Bytes Sum(IEnumerable<UnpackedLayer> layers) => new(layers.Sum(layer => layer.Record.SizeBytes));
}
