using System.Collections.Immutable;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <summary>What a container is called in a network.</summary>
public static class EndpointNames
{
    /// <summary>Its name, its aliases, those of its service, its short id, its host name: as Docker's
    /// <c>DNSNames</c>.</summary>
    public static ImmutableArray<string> Of(ContainerState container, EndpointSpec endpoint)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(endpoint);
        var hostname = container.Definition.Spec.Hostname is { Length: > 0 } chosen ? chosen : container.Id.Short;
        string[] all =
        [
            container.Definition.Name, .. endpoint.Aliases, .. container.Definition.SharedNames, container.Id.Short,
            hostname,
        ];
        return [.. all.Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}
