using System.Globalization;
using System.Text.Json.Nodes;
using Swarm.Api.Http;

namespace Swarm.Api.Containers;

/// <summary>The networks and ports of a container, as its document shows them.</summary>
internal static class NetworkDocument
{
    public static JsonObject Of(ShownContainer shown)
    {
        // As in Docker: what stands outside of the networks is of the default one.
        var first = shown.State.Endpoints.FirstOrDefault(endpoint => endpoint.Network == EndpointDocument.Default);
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
            ["Networks"] = JsonAnswers.ToNode(writer => EndpointDocument.Write(writer, shown)),
        };
    }

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
