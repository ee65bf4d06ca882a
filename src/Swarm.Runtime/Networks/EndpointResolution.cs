using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <summary>Puts names of networks and containers in a specification into the form that is kept, and refuses what
/// cannot be.</summary>
/// <remarks>Pure. The words of its errors are Docker's.</remarks>
/// <param name="find">A container by its id, its name, or the beginning of its id.</param>
internal sealed class EndpointResolution(
    ImmutableArray<NetworkDefinition> networks, string defaultNetwork, Func<string, ContainerState?> find)
{
    private const string OfContainer = "container:";

    /// <summary>Of a container that is to be made. A network that is not there may be there when it is started, and
    /// stays as it was named.</summary>
    /// <exception cref="ContainerException">What is not there, or cannot be.</exception>
    internal ContainerSpec Resolve(ContainerSpec spec)
    {
        if (spec.NetworkMode == NetworkMode.Host && !spec.Links.IsEmpty)
        {
            throw Invalid("conflicting options: host type networking can't be used with links. This would result in "
                + "undefined behavior");
        }

        var resolved = spec with
        {
            Endpoints = Each(spec, ResolveIfThere),
            Links = [.. spec.Links.Select(link => Resolve(link, Linked(link.Container)))],
        };
        return spec.Shared.Network.StartsWith(OfContainer, StringComparison.Ordinal)
            ? resolved with { Shared = spec.Shared with { Network = Shared(spec.Shared.Network) } }
            : resolved;
    }

    /// <summary>Of a container that is to be started: all its networks have to be there.</summary>
    /// <exception cref="ContainerException">One is not there, or cannot be joined.</exception>
    internal ContainerSpec ResolveAll(ContainerSpec spec) => spec with { Endpoints = Each(spec, Resolve) };

    internal EndpointSpec Resolve(EndpointSpec endpoint) =>
        Resolve(endpoint, NetworkFinder.Get(networks, endpoint.Network));

    private static ImmutableArray<EndpointSpec>? Each(ContainerSpec spec, Func<EndpointSpec, EndpointSpec> resolve)
    {
        if (spec.Endpoints is not { } endpoints) return null;
        ImmutableArray<EndpointSpec> resolved = [.. endpoints.Select(resolve)];
        return resolved.GroupBy(one => one.Network).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw Invalid($"network {twice.Key} is named twice")
            : resolved;
    }

    private EndpointSpec ResolveIfThere(EndpointSpec endpoint) =>
        NetworkFinder.Find(networks, endpoint.Network) is { } network ? Resolve(endpoint, network) : endpoint;

    private EndpointSpec Resolve(EndpointSpec endpoint, NetworkDefinition network)
    {
        if (network.Driver != NetworkDrivers.Bridge)
        {
            throw Invalid(network.Driver == NetworkDrivers.Host
                ? "container cannot be disconnected from host network or connected to host network"
                : "container cannot be connected to multiple networks with one of the networks in private (none) mode");
        }

        CheckAddress(network, endpoint);
        if (network.Name == defaultNetwork && !endpoint.Aliases.IsEmpty)
            throw Invalid("network-scoped alias is supported only for containers in user defined networks");
        foreach (var alias in endpoint.Aliases.Concat(endpoint.Links.Select(link => link.Alias))) CheckName(alias);
        return endpoint with
        {
            Network = network.Name,
            MacAddress = Mac(endpoint.MacAddress),
            Links = [.. endpoint.Links.Select(link =>
                link with { Container = find(link.Container)?.Definition.Name ?? link.Container })],
        };
    }

    private void CheckAddress(NetworkDefinition network, EndpointSpec endpoint)
    {
        if (endpoint.Address.Length == 0) return;
        string? wrong = null;
        if (network.Name == defaultNetwork)
            wrong = "user specified IP address is supported on user defined networks only";
        else if (!network.IsSubnetGiven)
        {
            wrong = "user specified IP address is supported only when connecting to networks with user configured "
                + "subnets";
        }
        else if (Subnet.TryNumber(endpoint.Address) is not { } number)
            wrong = $"invalid IPv4 address: {endpoint.Address}";
        else if (!Subnet.TryParse(network.Subnet)!.Value.Contains(number))
            wrong = $"no configured subnet or ip-range contain the IP address {endpoint.Address}";
        if (wrong is not null)
            throw Invalid($"invalid config for network {network.Name}: invalid endpoint settings:\n{wrong}");
    }

    /// <remarks>What is written into /etc/hosts and asked of a resolver must not be more than a name.</remarks>
    private static void CheckName(string alias)
    {
        if (!EndpointSpec.IsAlias(alias))
            throw Invalid($"invalid alias {alias}: a name is of letters, digits, dots, dashes and underscores");
    }

    private static LinkSpec Resolve(LinkSpec link, ContainerState other) =>
        link with { Container = other.Id.Value, Name = other.Definition.Name };

    private ContainerState Linked(string named)
    {
        var container = find(named)
            ?? throw Invalid($"could not get container for {named}: No such container: {named}");
        return container.Definition.Spec.NetworkMode == NetworkMode.Host
            ? throw Invalid("conflicting options: host type networking can't be used with links. This would result in "
                + "undefined behavior")
            : container;
    }

    private string Shared(string wanted)
    {
        var named = wanted[OfContainer.Length..];
        var other = find(named)
            ?? throw new ContainerException(ContainerFault.NotFound, $"No such container: {named}");
        return OfContainer + other.Id.Value;
    }

    private static string Mac(string text)
    {
        if (text.Length == 0) return "";
        var parts = text.Split(':', '-');
        var bytes = parts.Select(part => part.Length == 2
            && byte.TryParse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value)
                ? value : -1).ToArray();
        // A group's address is nobody's, and neither is the one of zeros.
        return bytes.Length == 6 && !bytes.Contains(-1) && (bytes[0] & 1) == 0 && bytes.Any(value => value != 0)
            ? string.Join(':', bytes.Select(value => value.ToString("x2", CultureInfo.InvariantCulture)))
            : throw Invalid($"invalid MAC address: {text}");
    }

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);
}
