using System.Collections.Immutable;

namespace Swarm.Runtime.Networks;

/// <summary>Networks as people name them.</summary>
/// <remarks>Pure.</remarks>
internal static class NetworkFinder
{
    /// <summary>By its id, its name, or the beginning of an id that only one has.</summary>
    /// <exception cref="ContainerException">There is none, or there are several.</exception>
    internal static NetworkDefinition Get(ImmutableArray<NetworkDefinition> networks, string named) =>
        Find(networks, named)
        ?? throw new ContainerException(ContainerFault.NotFound, $"network {named} not found");

    /// <exception cref="ContainerException">There are several.</exception>
    internal static NetworkDefinition? Find(ImmutableArray<NetworkDefinition> networks, string named)
    {
        var exact = networks.FirstOrDefault(network => network.Id == named)
            ?? networks.FirstOrDefault(network => network.Name == named);
        if (exact is not null) return exact;
        NetworkDefinition[] begun = named.Length == 0
            ? []
            : [.. networks.Where(network => network.Id.StartsWith(named, StringComparison.Ordinal)).Take(2)];
        return begun switch
        {
            [var only] => only,
            [] => null,
            _ => throw new ContainerException(
                ContainerFault.Invalid, $"network {named} is ambiguous (2 matches found on ID prefix)"),
        };
    }
}
