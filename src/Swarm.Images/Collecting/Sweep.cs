using Swarm.Images.Layers;
using Swarm.Images.Names;
using Swarm.Images.Snapshots;

namespace Swarm.Images.Collecting;

/// <summary>Finds blobs and layers that no image and no writable layer needs.</summary>
internal sealed class Sweep(StoreFolders folders, Catalog catalog, SnapshotFolder snapshots)
{
    /// <summary>Paths that may go. Nothing may be added to the store before they are gone.</summary>
    /// <remarks>None, as long as there is a record that cannot be read: what it speaks of is not lost with
    /// it.</remarks>
    public List<string> Unneeded()
    {
        if (catalog.LacksImages || !snapshots.AreReadable) return [];

        var blobs = new HashSet<string>();
        var layers = new HashSet<string>();
        foreach (var image in catalog.Images)
        {
            blobs.Add(image.Id.Hex);
            blobs.Add(image.ManifestDigest.Hex);
            foreach (var layer in image.Layers)
            {
                blobs.Add(layer.Blob.Hex);
                layers.UnionWith(LayerFolder.NamesOf(layer));
            }
        }

        foreach (var container in snapshots.Containers()) layers.UnionWith(snapshots.Find(container)?.Layers ?? []);

        return
        [
            .. Directory.GetFiles(folders.Blobs).Where(path => !blobs.Contains(Path.GetFileName(path))),
            .. Directory.GetDirectories(folders.Layers).Where(path => !layers.Contains(Path.GetFileName(path))),
        ];
    }
}
