using Swarm.Core.Images;
using Swarm.Images.Layers;
using Swarm.Images.Names;
using Swarm.Images.Repositories;
using Swarm.Images.Snapshots;

namespace Swarm.Images.Collecting;

/// <summary>Finds blobs and layers that no image, no repository and no writable layer needs.</summary>
internal sealed class Sweep(
    StoreFolders folders, Catalog catalog, RepositoryCatalog repositories, SnapshotFolder snapshots, Holds held)
{
    /// <summary>Paths that may go. Nothing may be added to the store before they are gone.</summary>
    /// <remarks>None, as long as there is a record that cannot be read: what it speaks of is not lost with
    /// it.</remarks>
    public List<string> Unneeded()
    {
        if (catalog.LacksImages || repositories.Broken.Any() || !snapshots.AreReadable) return [];

        var blobs = held.Held.Concat(repositories.Needed).Select(digest => digest.Hex).ToHashSet();
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

        foreach (var snapshot in snapshots.Containers().Select(snapshots.Find))
        {
            if (snapshot is null) continue;
            layers.UnionWith(snapshot.Layers);
            // By its configuration a container is run again whose image is gone.
            if (Digest.TryParse(snapshot.Image, out var image)) blobs.Add(image.Hex);
        }

        return
        [
            .. Directory.GetFiles(folders.Blobs).Where(path => !blobs.Contains(Path.GetFileName(path))),
            .. Directory.GetFiles(folders.Sums).Where(path => !blobs.Contains(Path.GetFileName(path))),
            .. Directory.GetDirectories(folders.Layers).Where(path => !layers.Contains(Path.GetFileName(path))),
        ];
    }
}
