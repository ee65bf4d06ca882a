using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Manifests;

namespace Swarm.Images.Archives;

/// <summary>What <c>docker save</c> writes: <c>manifest.json</c> lists configurations, names
/// and layers by path.</summary>
/// <param name="layout">The OCI layout beside it, of Docker from 25 on, from which manifests
/// are taken as they were.</param>
/// <remarks>https://github.com/moby/docker-image-spec/blob/main/spec.md</remarks>
internal sealed class DockerArchive(IImageFiles files, OciLayout? layout)
{
    private const string Contents = "manifest.json";

    public ImmutableArray<ArchivedImage> Read()
    {
        var subject = $"{files.Subject}: {Contents}";
        var json = JsonReading.Parse(ArchivedImage.ReadDocument(files.Find(Contents)!, subject), subject);
        return [.. json.Items().Select(Read)];
    }

    private ArchivedImage Read(JsonReading json)
    {
        var names = json.Texts("RepoTags").Select(text =>
            ImageReference.TryParse(text, out var name, out var problem)
                ? name
                : throw json.Invalid($"RepoTags: {problem}"));
        var config = Get(json.Get("Config"));
        Check(json.Get("Config"), config);

        var layers = json.Get("Layers").Items().Select(Get).ToImmutableArray();
        return ArchivedImage.Create(
            [.. names], layout?.FindManifest(config.Digest, layers), config,
            $"{files.Subject}: {json.Get("Config").Text()}", layers);
    }

    private StagedBlob Get(JsonReading path) =>
        files.Find(path.Text()) ?? throw path.Invalid($"'{path.Text()}' is not in the archive");

    // Docker names the file by its digest: <hex>.json, later blobs/sha256/<hex>.
    private static void Check(JsonReading path, StagedBlob config)
    {
        var hex = Path.GetFileNameWithoutExtension(path.Text());
        if (Digest.TryParse("sha256:" + hex, out var promised) && promised != config.Digest)
        {
            throw path.Invalid($"blob {promised} has the digest {config.Digest}");
        }
    }
}
