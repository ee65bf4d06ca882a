using System.Collections.Immutable;

namespace Swarm.Runtime.Names;

/// <summary>How a container wants names that are not ours to be looked up.</summary>
/// <param name="Servers">Whom to ask; empty means those of the host.</param>
/// <param name="KeepsSingleLabels">Whether it set <c>ndots</c>: names without a dot are asked of nobody else.</param>
/// <param name="HasWayOut">Whether any of its networks leads out.</param>
internal sealed record NameWishes(ImmutableArray<string> Servers, bool KeepsSingleLabels, bool HasWayOut)
{
    internal static NameWishes Of(ContainerState container)
    {
        var spec = container.Definition.Spec;
        return new NameWishes(
            spec.DnsServers,
            spec.DnsOptions.Any(option => option.StartsWith("ndots:", StringComparison.Ordinal)
                && option != "ndots:0"),
            container.Endpoints.Any(endpoint => endpoint.Gateway.Length > 0));
    }
}
