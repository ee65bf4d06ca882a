using System.Collections.Immutable;
using System.Text.Json;
using Swarm.Api.Networks;
using Swarm.Core.Containers;
using Swarm.Runtime;
using Swarm.Runtime.Networks;

namespace Swarm.Api.Containers;

/// <summary>What a container has in each of its networks, by the networks' names.</summary>
internal static class EndpointDocument
{
    /// <summary>The network of containers that name none.</summary>
    public const string Default = "bridge";

    public static void Write(Utf8JsonWriter writer, ShownContainer shown)
    {
        writer.WriteStartObject();
        foreach (var wanted in Wanted(shown.State.Definition.Spec))
        {
            writer.WritePropertyName(wanted.Network);
            Write(writer, shown, wanted);
        }

        writer.WriteEndObject();
    }

    /// <summary>Whether it shall be in a network that is named by its name or its id.</summary>
    public static bool IsIn(ShownContainer shown, string network) =>
        Wanted(shown.State.Definition.Spec).Any(wanted =>
            wanted.Network == network
            || (network.Length > 0
                && IdOf(shown, wanted, Find(shown, wanted)).StartsWith(network, StringComparison.Ordinal)));

    private static ImmutableArray<EndpointSpec> Wanted(ContainerSpec spec) => spec switch
    {
        // Another container's networks are shown with that one.
        { Shared.Network.Length: > 0 } => [],
        { NetworkMode: NetworkMode.Host } => [new EndpointSpec("host")],
        { NetworkMode: NetworkMode.None } => [new EndpointSpec("none")],
        { Endpoints: { } endpoints } => endpoints,
        { Networks.IsEmpty: true } => [new EndpointSpec(Default)],
        _ => [.. spec.Networks.Select(name => NetworkWish.In(spec, name))],
    };

    /// <returns>Null while it has none.</returns>
    private static NetworkEndpoint? Find(ShownContainer shown, EndpointSpec wanted) =>
        shown.State.Endpoints.FirstOrDefault(one => one.Network == wanted.Network);

    private static string IdOf(ShownContainer shown, EndpointSpec wanted, NetworkEndpoint? endpoint) =>
        endpoint?.NetworkId is { Length: > 0 } id
            ? id
            : shown.Networks.FirstOrDefault(network => network.Name == wanted.Network)?.Id ?? "";

    private static void Write(Utf8JsonWriter writer, ShownContainer shown, EndpointSpec wanted)
    {
        var endpoint = Find(shown, wanted);
        writer.WriteStartObject();
        WriteAsked(writer, wanted, endpoint?.MacAddress ?? "");
        var network = IdOf(shown, wanted, endpoint);
        writer.WriteString("NetworkID"u8, network);
        writer.WriteString(
            "EndpointID"u8,
            endpoint?.Id ?? NetworkShape.EndpointWithoutBridge(wanted.Network, network, shown.State));
        writer.WriteString("Gateway"u8, endpoint?.Gateway ?? "");
        writer.WriteString("IPAddress"u8, endpoint?.Address ?? "");
        writer.WriteNumber("IPPrefixLen"u8, endpoint?.PrefixLength ?? 0);
        writer.WriteString("IPv6Gateway"u8, "");
        writer.WriteString("GlobalIPv6Address"u8, "");
        writer.WriteNumber("GlobalIPv6PrefixLen"u8, 0);
        WriteWords(writer, "DNSNames"u8, wanted.Network is Default or "host" or "none"
            ? null
            : EndpointNames.Of(shown.State, wanted));
        writer.WriteEndObject();
    }

    /// <summary>What can be asked for; null where nothing was, as in Docker.</summary>
    private static void WriteAsked(Utf8JsonWriter writer, EndpointSpec wanted, string macAddress)
    {
        if (wanted.Address.Length == 0)
        {
            writer.WriteNull("IPAMConfig"u8);
        }
        else
        {
            writer.WriteStartObject("IPAMConfig"u8);
            writer.WriteString("IPv4Address"u8, wanted.Address);
            writer.WriteEndObject();
        }

        WriteWords(writer, "Links"u8, wanted.Links.IsEmpty
            ? null
            : wanted.Links.Select(link => $"{link.Container}:{link.Alias}"));
        WriteWords(writer, "Aliases"u8, wanted.Aliases.IsEmpty ? null : wanted.Aliases);
        writer.WriteString("MacAddress"u8, macAddress);
        if (wanted.DriverOptions.IsEmpty)
        {
            writer.WriteNull("DriverOpts"u8);
        }
        else
        {
            writer.WriteStartObject("DriverOpts"u8);
            foreach (var (name, value) in wanted.DriverOptions) writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        writer.WriteNumber("GwPriority"u8, wanted.GatewayPriority);
    }

    private static void WriteWords(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IEnumerable<string>? words)
    {
        if (words is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartArray(name);
        foreach (var word in words) writer.WriteStringValue(word);
        writer.WriteEndArray();
    }
}
