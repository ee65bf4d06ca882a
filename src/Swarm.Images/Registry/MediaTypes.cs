using System.Collections.Frozen;

namespace Swarm.Images.Registry;

/// <summary>Kinds of documents that registries keep.</summary>
internal static class MediaTypes
{
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>What is understood of manifests, as a registry is told.</summary>
    public static readonly string[] Manifests = [OciManifest, OciIndex, DockerManifest, DockerList];

    /// <summary>What configures an image: a manifest with another is of something else.</summary>
    public static readonly FrozenSet<string> Configurations = FrozenSet.ToFrozenSet(
    [
        "", "application/octet-stream", "application/vnd.oci.image.config.v1+json",
        "application/vnd.docker.container.image.v1+json",
    ]);
}
