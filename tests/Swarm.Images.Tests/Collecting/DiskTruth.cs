using System.Text.Json.Nodes;
using Swarm.Core.Images;
using Swarm.Images.Layers;
using Swarm.Images.Manifests;

namespace Swarm.Images.Tests.Collecting;

/// <summary>Compares what lies in the folders of a store with what somebody counts on.</summary>
internal sealed class DiskTruth(StoreLife life)
{
    // What a client has asked for, it goes on with.
    private static readonly TimeSpan BroughtKept = TimeSpan.FromHours(2);

    private string Blobs => Path.Combine(life.Root, "blobs", "sha256");

    private string Layers => Path.Combine(life.Root, "layers");

    /// <summary>That nothing is missing.</summary>
    public void RequireWhole()
    {
        var truth = life.Truth;
        foreach (var image in truth.Images.Keys) RequireWhole(image);
        foreach (var (id, container) in truth.Containers)
        {
            RequireBlob(container.Image, $"container {id.Short}");
            if (life.Store.PlacesOf(id) is null) throw new BrokenRuleException($"a layer below {id.Short} is gone");
        }

        foreach (var (repository, blob) in truth.Waiting)
        {
            RequireBlob(blob, $"a push to {repository}");
            if (life.Registry.FindBlob(ImageReference.Parse(repository), blob) is null)
                throw new BrokenRuleException($"{repository} does not know blob {blob}, which waits for its manifest");
        }

        foreach (var (chart, blobs) in truth.Charts)
        {
            foreach (var blob in blobs.Append(chart)) RequireBlob(blob, $"manifest {chart}");
        }

        foreach (var (manifest, (since, blobs)) in truth.Brought)
        {
            if (life.Time.GetUtcNow() - since > BroughtKept) continue;
            foreach (var blob in blobs) RequireBlob(blob, $"manifest {manifest}, which was brought just now");
        }

        foreach (var blob in RegistryBlobs()) RequireBlob(blob, "a manifest of a repository");
        foreach (var blob in truth.HeldBlobs) RequireBlob(blob, "somebody who holds it");
        foreach (var (id, upload) in truth.Uploads)
        {
            if (!File.Exists($"{life.Root}/uploads/{id}/data")
                || new FileInfo($"{life.Root}/uploads/{id}/data").Length < upload.Acknowledged)
            {
                throw new BrokenRuleException($"of upload {id} less than {upload.Acknowledged} bytes are here");
            }
        }
    }

    /// <summary>That every blob is what its name says, and every record can be read.</summary>
    public void RequireSound()
    {
        foreach (var blob in Directory.GetFiles(Blobs))
        {
            if (Digest.Of(File.ReadAllBytes(blob)).Hex != Path.GetFileName(blob))
                throw new BrokenRuleException($"the blob {Path.GetFileName(blob)} is something else");
        }

        if (life.Store.Warnings() is { IsEmpty: false } broken) throw new BrokenRuleException(broken[0]);
    }

    /// <summary>That nothing is left to which nothing leads.</summary>
    public void RequireNothingElse()
    {
        var truth = life.Truth;
        var blobs = truth.Waiting.Select(one => one.Blob)
            .Concat(truth.Charts.SelectMany(chart => chart.Value.Append(chart.Key)))
            .Concat(truth.Containers.Values.Select(container => container.Image))
            .Concat(truth.HeldBlobs).Concat(RegistryBlobs()).Concat(Linked()).ToHashSet();
        var layers = new HashSet<string>();
        foreach (var image in truth.Images.Keys)
        {
            var document = Read(image);
            blobs.UnionWith(document.Blobs);
            layers.UnionWith(document.Layers.SelectMany(layer => LayerFolder.NamesOf(layer)));
        }

        foreach (var id in truth.Containers.Keys)
        {
            layers.UnionWith(life.Store.PlacesOf(id)!.Layers
                .Select(tree => Path.GetFileName(Path.GetDirectoryName(tree)!)));
        }

        RequireOnly(Blobs, blobs.Select(blob => blob.Hex));
        RequireOnly(Layers, layers);
        RequireOnly(life.Root + "/tmp", []);
    }

    /// <summary>That the store is as one in which nothing ever was.</summary>
    public void RequireEmpty()
    {
        foreach (var folder in (string[])[
            "blobs/sha256", "layers", "images", "names", "snapshots", "tmp", "sums", "uploads",
            "repositories/manifests", "repositories/tags", "repositories/links"])
        {
            RequireOnly(Path.Combine(life.Root, folder), []);
        }
    }

    private void RequireWhole(Digest image)
    {
        var (blobs, layers) = Read(image);
        foreach (var blob in blobs) RequireBlob(blob, $"image {image}");
        // What was committed is unpacked when somebody asks for it.
        var comments = CommentsOf(image).ToList();
        foreach (var layer in layers.Where((_, at) => comments.ElementAtOrDefault(at) != ContainerDeeds.Committed))
        {
            if (!LayerFolder.NamesOf(layer).Any(name => Directory.Exists(Path.Combine(Layers, name))))
                throw new BrokenRuleException($"layer {layer.DiffId} of image {image} is gone");
        }
    }

    /// <summary>What is said of each layer.</summary>
    private IEnumerable<string?> CommentsOf(Digest image) =>
        from step in JsonNode.Parse(File.ReadAllText(Path.Combine(Blobs, image.Hex)))!["history"]?.AsArray() ?? []
        where step!["empty_layer"] is null
        select step["comment"]?.GetValue<string>();

    // As its blobs say it.
    private (List<Digest> Blobs, List<ImageLayer> Layers) Read(Digest image)
    {
        var known = life.Store.Find(image.Value)
            ?? throw new BrokenRuleException($"image {image} is gone, and nobody removed it");
        RequireBlob(image, $"image {image}");
        RequireBlob(known.ManifestDigest, $"image {image}");
        var manifest = ImageManifest.Read(File.ReadAllBytes(Path.Combine(Blobs, known.ManifestDigest.Hex)), "manifest");
        var config = ConfigDocument.Read(File.ReadAllBytes(Path.Combine(Blobs, image.Hex)), "configuration");
        var blobs = manifest.Layers.Select(layer => layer.Digest).ToList();
        return (
            [image, known.ManifestDigest, .. blobs],
            [.. blobs.Zip(config.DiffIds, config.ChainIds)
                .Select(layer => new ImageLayer(layer.Second, layer.Third, layer.First, ""))]);
    }

    // What the records of repositories lead to.
    private IEnumerable<Digest> RegistryBlobs() =>
    [
        .. Directory.GetFiles(life.Root + "/repositories/manifests")
            .Select(path => StoreJson.Read(path, StoreJson.Default.ManifestRecord))
            .SelectMany(manifest => manifest.Blobs.Append(manifest.Digest)),
    ];

    // Of one whose client was not answered yet the blob may be missing.
    private IEnumerable<Digest> Linked() =>
    [
        .. Directory.GetFiles(life.Root + "/repositories/links")
            .Select(path => StoreJson.Read(path, StoreJson.Default.LinkRecord).Digest),
    ];

    private void RequireBlob(Digest blob, string who)
    {
        if (!File.Exists(Path.Combine(Blobs, blob.Hex)))
            throw new BrokenRuleException($"blob {blob} is gone, and {who} counts on it");
    }

    private static void RequireOnly(string folder, IEnumerable<string> names)
    {
        var left = Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Except(names).FirstOrDefault();
        if (left is null) return;
        var store = Path.GetFileName(Path.GetDirectoryName(folder));
        throw new BrokenRuleException($"{store}/{Path.GetFileName(folder)}/{left} is left, and nothing leads to it");
    }
}
