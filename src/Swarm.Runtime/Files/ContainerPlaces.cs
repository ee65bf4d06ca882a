using Swarm.Images;

namespace Swarm.Runtime.Files;

/// <summary>Where on the host a container's files are. Empty is what is not there, or not of its own.</summary>
public sealed record ContainerPlaces
{
    /// <summary>Null where it has no writable layer.</summary>
    public LayerPlaces? Layers { get; init; }

    public string HostsFile { get; init; } = "";

    public string HostnameFile { get; init; } = "";

    public string ResolverFile { get; init; } = "";

    /// <summary>The namespace of its networks, while it has one of its own.</summary>
    public string NetworkNamespace { get; init; } = "";
}
