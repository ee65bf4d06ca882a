using System.Collections.Immutable;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <summary>What a container is to be attached to.</summary>
/// <param name="Endpoints">In the order of its devices; none joins none.</param>
/// <param name="HostPorts">Ports of the host that are its own.</param>
public sealed record NetworkWish(ImmutableArray<EndpointSpec> Endpoints, ImmutableArray<PublishedPort> HostPorts)
{
    /// <summary>Whether a network that is not there is made, and goes with its last container.</summary>
    public bool MakesNetworks { get; init; }

    /// <summary>A network namespace that there is, to be taken, as <c>/proc/PID/ns/net</c>; null: a new one.</summary>
    public string? Namespace { get; init; }

    /// <summary>What a specification asks for.</summary>
    public static NetworkWish Of(ContainerSpec spec, string defaultNetwork)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ImmutableArray<PublishedPort> ports = [.. spec.Ports.Where(port => port.Mode == PublishMode.Host)];
        if (spec.Endpoints is { } endpoints) return new NetworkWish(endpoints, ports);
        var wish = Named(spec.Networks.IsEmpty ? [defaultNetwork] : spec.Networks, ports);
        return wish with { Endpoints = [.. wish.Endpoints.Select(one => In(spec, one.Network))] };
    }

    /// <summary>How a container is to be in one of its networks.</summary>
    public static EndpointSpec In(ContainerSpec spec, string network)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return (spec.Endpoints ?? spec.NetworkSettings).FirstOrDefault(one => one.Network == network)
            ?? new EndpointSpec(network);
    }

    /// <summary>Networks that are made where they are missing.</summary>
    public static NetworkWish Named(ImmutableArray<string> networks, ImmutableArray<PublishedPort> ports) =>
        new([.. networks.Distinct().Select(name => new EndpointSpec(name))], ports) { MakesNetworks = true };
}
