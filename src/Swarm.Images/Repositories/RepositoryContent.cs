using System.Collections.Immutable;
using Swarm.Core.Images;

namespace Swarm.Images.Repositories;

/// <summary>What one repository has, beyond what the names of images say. Only <see cref="RepositoryCatalog"/>
/// changes it.</summary>
internal sealed class RepositoryContent
{
    public Dictionary<Digest, ManifestRecord> Manifests { get; } = [];

    public Dictionary<string, TagRecord> Tags { get; } = new(StringComparer.Ordinal);

    public Dictionary<Digest, LinkRecord> Links { get; } = [];

    public bool IsEmpty => Manifests.Count == 0 && Tags.Count == 0 && Links.Count == 0;

    /// <summary>Whether a manifest is made of this blob.</summary>
    public bool IsPart(Digest blob) => Manifests.Values.Any(manifest => manifest.Blobs.Contains(blob));

    /// <summary>Manifests about this one, in the order of their digests.</summary>
    public ImmutableArray<ManifestRecord> About(string subject) =>
    [
        .. Manifests.Values.Where(manifest => manifest.Subject == subject)
            .OrderBy(manifest => manifest.Digest.Value, StringComparer.Ordinal),
    ];
}
