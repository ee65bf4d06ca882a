using System.Globalization;
using System.Text.Json.Nodes;

namespace Swarm.Api.Containers;

/// <summary>The networks and ports of a container, as its document shows them.</summary>
internal static class NetworkDocument
{
    public static JsonObject Of(ShownContainer shown)
    {
        var first = shown.State.Endpoints.FirstOrDefault();
        return new JsonObject
        {
            ["Bridge"] = "",
            ["SandboxID"] = "",
            ["SandboxKey"] = "",
            ["Ports"] = Ports(shown),
            ["HairpinMode"] = false,
            ["LinkLocalIPv6Address"] = "",
            ["LinkLocalIPv6PrefixLen"] = 0,
            ["SecondaryIPAddresses"] = null,
            ["SecondaryIPv6Addresses"] = null,
            ["EndpointID"] = "",
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
        var networks = new JsonObject();
        foreach (var endpoint in shown.State.Endpoints)
        {
            networks[endpoint.Network] = Endpoint(
                endpoint.Gateway, endpoint.Address, endpoint.PrefixLength, endpoint.MacAddress);
        }

        if (networks.Count == 0)
            networks[SpecWords.NetworkOf(shown.State.Definition.Spec)] = Endpoint("", "", 0, "");
        return networks;
    }

    private static JsonObject Endpoint(string gateway, string address, int prefix, string mac) => new()
    {
        ["IPAMConfig"] = null,
        ["Links"] = null,
        ["Aliases"] = null,
        ["MacAddress"] = mac,
        ["DriverOpts"] = null,
        ["GwPriority"] = 0,
        ["NetworkID"] = "",
        ["EndpointID"] = "",
        ["Gateway"] = gateway,
        ["IPAddress"] = address,
        ["IPPrefixLen"] = prefix,
        ["IPv6Gateway"] = "",
        ["GlobalIPv6Address"] = "",
        ["GlobalIPv6PrefixLen"] = 0,
        ["DNSNames"] = null,
    };

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
