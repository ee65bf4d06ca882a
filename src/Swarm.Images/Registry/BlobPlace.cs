using Swarm.Core.Images;

namespace Swarm.Images.Registry;

/// <summary>A blob in a repository of a registry.</summary>
internal sealed record BlobPlace(ImageReference Repository, Digest Digest, long Size)
{
    public string Path => $"/v2/{Repository.Path}/blobs/{Digest}";

    public string Scope => RegistryConnection.ScopeOf(Repository, forPush: false);

    public override string ToString() => $"blob {Digest} of {Repository.Repository}";
}
