using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <param name="Number">Makes the bridge's name; unique among the networks of this host.</param>
/// <param name="Range">The subnet, as <c>172.30.0.0/24</c>.</param>
internal sealed record BridgeNetwork(string Name, int Number, string Range)
{
    [JsonIgnore]
    internal Subnet Subnet { get; } =
        Networks.Subnet.TryParse(Range) ?? throw new InvalidDataException($"'{Range}' is no IPv4 network");

    internal string BridgeName(string prefix) => $"{prefix}-{Number}";
}

/// <summary>A container that is attached.</summary>
/// <param name="Serial">Grows with each attachment: the newest one tells which address was given last.</param>
internal sealed record AttachedContainer(
    string Id, long Serial, ImmutableArray<NetworkEndpoint> Endpoints, ImmutableArray<PublishedPort> Ports);

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(AttachedContainer))]
[JsonSerializable(typeof(ImmutableArray<BridgeNetwork>))]
[JsonSerializable(typeof(ImmutableArray<IngressRoute>))]
internal sealed partial class NetworkJson : JsonSerializerContext;
