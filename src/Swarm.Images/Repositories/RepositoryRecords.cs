using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Swarm.Core.Images;

namespace Swarm.Images.Repositories;

/// <summary>A manifest, or a list of manifests, that a repository of this node has.</summary>
/// <param name="MediaType">As it was pushed.</param>
/// <param name="Blobs">Those it is made of, each kept as long as it.</param>
/// <param name="Children">The manifests that it lists.</param>
/// <param name="Subject">The digest of the manifest that it is about, which need not be here.</param>
/// <param name="ArtifactType">Empty when it names none.</param>
/// <param name="Since">When it was pushed, or lost the last tag that led to it.</param>
/// <param name="IsBrought">Whether it came from another node, which was given it.</param>
internal sealed record ManifestRecord(
    string Repository, Digest Digest, string MediaType, long SizeBytes, ImmutableArray<Digest> Blobs,
    ImmutableArray<Digest> Children, string? Subject, string ArtifactType, DateTimeOffset Since,
    bool IsBrought = false)
{
    [JsonIgnore]
    public bool IsList => PushedDocument.IsListType(MediaType);
}

/// <summary>What a tag of a repository means, beyond what the names of images say.</summary>
/// <param name="Image">The image that the name means on this host if it is still this tag; null where it is none
/// that could run here.</param>
/// <param name="IsUntold">Whether it was pushed here, and the cluster has not kept yet what it means.</param>
internal sealed record TagRecord(
    string Repository, string Tag, Digest Digest, Digest? Image, bool IsUntold = false);

/// <summary>A blob that was pushed to a repository, and that no manifest of it has yet.</summary>
internal sealed record LinkRecord(string Repository, Digest Digest, DateTimeOffset Since);
