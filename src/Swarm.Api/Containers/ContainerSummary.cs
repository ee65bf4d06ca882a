using System.Text.Json.Nodes;
using Swarm.Api.Volumes;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Api.Containers;

/// <summary>One container of <c>GET /containers/json</c>.</summary>
internal static class ContainerSummary
{
    public static JsonObject Of(ShownContainer shown, DateTimeOffset now)
    {
        var state = shown.State;
        var spec = state.Definition.Spec;
        var labels = new JsonObject();
        foreach (var (name, value) in ContainerDocument.LabelsOf(shown)) labels[name] = value;
        return new JsonObject
        {
            ["Id"] = state.Id.Value,
            ["Names"] = new JsonArray([.. shown.Names.Select(name => (JsonNode)$"/{name}")]),
            ["Image"] = shown.ImageName ?? spec.Image,
            ["ImageID"] = state.ImageId.Value,
            ["Command"] = Command(shown),
            ["Created"] = state.CreatedAt.ToUnixTimeSeconds(),
            ["Ports"] = Ports(shown),
            ["Labels"] = labels,
            ["State"] = ContainerWords.StateOf(shown),
            ["Status"] = ContainerWords.StatusOf(shown, now),
            ["HostConfig"] = new JsonObject { ["NetworkMode"] = SpecWords.NetworkOf(spec) },
            ["NetworkSettings"] = new JsonObject { ["Networks"] = NetworkDocument.Networks(shown) },
            ["Mounts"] = MountDocument.Of(shown),
        };
    }

    /// <summary>What is run, in one line: words with blanks in them between quotes.</summary>
    public static string Command(ShownContainer shown)
    {
        var (path, arguments) = ContainerDocument.CommandOf(shown);
        return string.Join(' ', arguments
            .Select(word => word.Contains(' ', StringComparison.Ordinal) ? $"'{word}'" : word)
            .Prepend(path));
    }

    private static JsonArray Ports(ShownContainer shown)
    {
        var ports = new JsonArray();
        // Whoever shares the host's network, or has none, exposes nothing.
        if (shown.State.Phase != ContainerPhase.Running || shown.State.Endpoints.IsEmpty) return ports;
        var published = shown.State.Ports;
        foreach (var port in published)
        {
            ports.Add(Port(port, port.HostAddress.Length == 0 ? "0.0.0.0" : port.HostAddress));
        }

        foreach (var name in ContainerDocument.ExposedPorts(shown))
        {
            // The image may name what is none.
            if (PortReading.TryParse(name) is not var (number, protocol)) continue;
            if (published.Any(port => port.ContainerPort == number && Word(port.Protocol) == protocol)) continue;
            ports.Add(new JsonObject { ["PrivatePort"] = number, ["Type"] = protocol });
        }

        return ports;
    }

    private static JsonObject Port(PublishedPort port, string address) => new()
    {
        ["IP"] = address,
        ["PrivatePort"] = port.ContainerPort,
        ["PublicPort"] = port.HostPort,
        ["Type"] = Word(port.Protocol),
    };

    private static string Word(PortProtocol protocol) => protocol == PortProtocol.Tcp ? "tcp" : "udp";
}
