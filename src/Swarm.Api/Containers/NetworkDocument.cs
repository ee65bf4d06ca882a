using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Swarm.Core.Containers;
using Swarm.Runtime;
using Swarm.Runtime.Networks;

namespace Swarm.Api.Containers;

/// <summary>The networks and ports of a container, as its document shows them.</summary>
internal static class NetworkDocument
{
    private const string Default = "bridge";

    public static JsonObject Of(ShownContainer shown)
    {
        // As in Docker: what stands outside of the networks is of the default one.
        var first = shown.State.Endpoints.FirstOrDefault(endpoint => endpoint.Network == Default);
        var sandbox = shown.Places?.NetworkNamespace ?? "";
        return new JsonObject
        {
            ["Bridge"] = "",
            ["SandboxID"] = sandbox.Length > 0 ? shown.State.Id.Value : "",
            ["SandboxKey"] = sandbox,
            ["Ports"] = Ports(shown),
            ["HairpinMode"] = false,
            ["LinkLocalIPv6Address"] = "",
            ["LinkLocalIPv6PrefixLen"] = 0,
            ["SecondaryIPAddresses"] = null,
            ["SecondaryIPv6Addresses"] = null,
            ["EndpointID"] = first?.Id ?? "",
            ["Gateway"] = first?.Gateway ?? "",
            ["GlobalIPv6Address"] = "",
            ["GlobalIPv6PrefixLen"] = 0,
            ["IPAddress"] = first?.Address ?? "",
            ["IPPrefixLen"] = first?.PrefixLength ?? 0,
            ["IPv6Gateway"] = "",
            ["MacAddress"] = first?.MacAddress ?? "",
            ["Networks"] = Networks(shown),
        };
    }

    public static JsonObject Networks(ShownContainer shown)
    {
        var (networks, spec) = (new JsonObject(), shown.State.Definition.Spec);
        // Another container's networks are shown with that one.
        if (spec.Shared.Network.Length > 0) return networks;
        foreach (var wanted in Wanted(spec))
        {
            var endpoint = shown.State.Endpoints.FirstOrDefault(one => one.Network == wanted.Network);
            networks[wanted.Network] = Endpoint(shown, wanted, endpoint);
        }

        return networks;
    }

    /// <summary>Whether it shall be in a network that is named by its name or its id.</summary>
    public static bool IsIn(ShownContainer shown, string network) => Networks(shown).Any(joined =>
        joined.Key == network
        || (network.Length > 0 && IdOf(joined.Value!).StartsWith(network, StringComparison.Ordinal)));

    private static string IdOf(JsonNode endpoint) => endpoint["NetworkID"]!.GetValue<string>();

    private static ImmutableArray<EndpointSpec> Wanted(ContainerSpec spec) => spec switch
    {
        { NetworkMode: NetworkMode.Host } => [new EndpointSpec("host")],
        { NetworkMode: NetworkMode.None } => [new EndpointSpec("none")],
        { Endpoints: { } endpoints } => endpoints,
        { Networks.IsEmpty: true } => [new EndpointSpec(Default)],
        _ => [.. spec.Networks.Select(name => NetworkWish.In(spec, name))],
    };

    private static JsonObject Endpoint(ShownContainer shown, EndpointSpec wanted, NetworkEndpoint? endpoint) => new()
    {
        ["IPAMConfig"] = wanted.Address.Length > 0 ? new JsonObject { ["IPv4Address"] = wanted.Address } : null,
        ["Links"] = WordsOrNull(wanted.Links.Select(link => $"{link.Container}:{link.Alias}")),
        ["Aliases"] = WordsOrNull(wanted.Aliases),
        ["MacAddress"] = endpoint?.MacAddress ?? "",
        ["DriverOpts"] = wanted.DriverOptions.IsEmpty ? null : new JsonObject(
            wanted.DriverOptions.Select(option => KeyValuePair.Create(option.Key, (JsonNode?)option.Value))),
        ["GwPriority"] = wanted.GatewayPriority,
        ["NetworkID"] = endpoint?.NetworkId is { Length: > 0 } id
            ? id
            : shown.Networks.FirstOrDefault(network => network.Name == wanted.Network)?.Id ?? "",
        ["EndpointID"] = endpoint?.Id ?? "",
        ["Gateway"] = endpoint?.Gateway ?? "",
        ["IPAddress"] = endpoint?.Address ?? "",
        ["IPPrefixLen"] = endpoint?.PrefixLength ?? 0,
        ["IPv6Gateway"] = "",
        ["GlobalIPv6Address"] = "",
        ["GlobalIPv6PrefixLen"] = 0,
        ["DNSNames"] = wanted.Network is Default or "host" or "none"
            ? null
            : SpecWords.Words(EndpointNames.Of(shown.State, wanted)),
    };

    private static JsonArray? WordsOrNull(IEnumerable<string> words) =>
        words.Any() ? SpecWords.Words(words) : null;

    /// <summary>Every port that is exposed, with where it is published, while it is.</summary>
    private static JsonObject Ports(ShownContainer shown)
    {
        var ports = new JsonObject();
        if (shown.State.Endpoints.IsEmpty) return ports;
        foreach (var name in ContainerDocument.ExposedPorts(shown)) ports[name] = null;
        foreach (var port in shown.State.Ports)
        {
            var name = SpecWords.NameOf(port);
            if (ports[name] is not JsonArray bindings) ports[name] = bindings = [];
            bindings.Add(new JsonObject
            {
                ["HostIp"] = port.HostAddress.Length == 0 ? "0.0.0.0" : port.HostAddress,
                ["HostPort"] = port.HostPort.ToString(CultureInfo.InvariantCulture),
            });
        }

        return ports;
    }
}
