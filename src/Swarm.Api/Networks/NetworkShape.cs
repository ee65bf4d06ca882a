using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Swarm.Api.Http;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Runtime;
using Swarm.Runtime.Networks;

namespace Swarm.Api.Networks;

/// <summary>A network as it is shown.</summary>
internal static class NetworkShape
{
    /// <param name="containers">Those to be shown in it.</param>
    public static JsonObject Of(NetworkDefinition network, IEnumerable<ContainerState> containers) => new()
    {
        ["Name"] = network.Name,
        ["Id"] = network.Id,
        ["Created"] = QueryTime.Written(network.CreatedAt),
        ["Scope"] = "local",
        ["Driver"] = network.Driver,
        ["EnableIPv4"] = true,
        ["EnableIPv6"] = false,
        ["IPAM"] = Addresses(network),
        ["Internal"] = network.IsInternal,
        ["Attachable"] = network.IsAttachable,
        ["Ingress"] = false,
        ["ConfigFrom"] = new JsonObject { ["Network"] = "" },
        ["ConfigOnly"] = false,
        ["Containers"] = Containers(network, containers),
        ["Options"] = Texts(network.Options),
        ["Labels"] = Texts(network.Labels),
    };

    /// <summary>Whether a container has an address in it.</summary>
    public static NetworkEndpoint? EndpointIn(NetworkDefinition network, ContainerState container) =>
        container.Endpoints.FirstOrDefault(endpoint => endpoint.Network == network.Name);

    private static JsonObject Addresses(NetworkDefinition network)
    {
        var described = new JsonObject
        {
            ["Driver"] = "default",
            ["Options"] = network.AddressOptions.IsEmpty ? null : Texts(network.AddressOptions),
            ["Config"] = null,
        };
        if (network.Subnet.Length == 0) return described;
        var subnet = new JsonObject { ["Subnet"] = network.Subnet };
        if (network.AddressRange.Length > 0) subnet["IPRange"] = network.AddressRange;
        subnet["Gateway"] = network.Gateway;
        if (!network.ReservedAddresses.IsEmpty) subnet["AuxiliaryAddresses"] = Texts(network.ReservedAddresses);
        described["Config"] = new JsonArray(subnet);
        return described;
    }

    private static JsonObject Containers(NetworkDefinition network, IEnumerable<ContainerState> containers)
    {
        var shown = new JsonObject();
        foreach (var container in containers)
        {
            var endpoint = EndpointIn(network, container);
            var id = endpoint?.Id ?? EndpointWithoutBridge(network.Name, network.Id, container);
            if (id.Length == 0) continue;
            shown[container.Id.Value] = new JsonObject
            {
                ["Name"] = container.Definition.Name,
                ["EndpointID"] = id,
                ["MacAddress"] = endpoint?.MacAddress ?? "",
                ["IPv4Address"] = endpoint is null ? "" : $"{endpoint.Address}/{endpoint.PrefixLength}",
                ["IPv6Address"] = "",
            };
        }

        return shown;
    }

    /// <summary>What stands for an endpoint in <c>host</c> and <c>none</c>, in which there is nothing to be made: the
    /// same id each time it is looked at.</summary>
    /// <returns>Empty where the container does not run in that network.</returns>
    public static string EndpointWithoutBridge(string network, string networkId, ContainerState container) =>
        container.Phase == ContainerPhase.Running && network == container.Definition.Spec.NetworkMode switch
        {
            NetworkMode.Host => "host",
            NetworkMode.None => "none",
            _ => null,
        }
            ? Digest.Of(Encoding.UTF8.GetBytes($"{networkId}/{container.Id.Value}")).Hex
            : "";

    private static JsonObject Texts(ImmutableSortedDictionary<string, string> texts)
    {
        var shown = new JsonObject();
        foreach (var (name, value) in texts) shown[name] = value;
        return shown;
    }
}
