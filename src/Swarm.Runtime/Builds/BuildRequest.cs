using System.Collections.Immutable;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Builds;

/// <summary>How an image is to be built.</summary>
public sealed record BuildRequest
{
    /// <summary>Where in the context the Dockerfile is; empty for <c>Dockerfile</c>.</summary>
    public string Dockerfile { get; init; } = "";

    /// <summary>The stage to end with, by name or number; empty for the last one.</summary>
    public string Target { get; init; } = "";

    /// <summary>Null takes back what the Dockerfile says.</summary>
    public ImmutableDictionary<string, string?> Arguments { get; init; } =
        ImmutableDictionary<string, string?>.Empty;

    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether every step is done, be it that it was done before.</summary>
    public bool NoCache { get; init; }

    /// <summary>Whether images are pulled that are on this host already.</summary>
    public bool Pull { get; init; }

    /// <summary>As <c>linux/amd64</c>; empty for that of the host.</summary>
    public string Platform { get; init; } = "";

    /// <summary>How its steps are run: networks, limits, names of hosts. The rest is of the build.</summary>
    public ContainerSpec Running { get; init; } = new() { Image = "" };

    /// <summary>What the client sent for registries, as it came.</summary>
    public string Credentials { get; init; } = "";
}
