using System.Collections.Immutable;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <param name="Number">Makes the bridge's name; unique among the networks of this host.</param>
/// <param name="Range">The subnet, as <c>172.30.0.0/24</c>.</param>
internal sealed record BridgeNetwork(string Name, int Number, string Range)
{
    /// <summary>Null where it was not made by hand.</summary>
    public NetworkDefinition? Definition { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    internal Subnet Subnet { get; } =
        Networks.Subnet.TryParse(Range) ?? throw new InvalidDataException($"'{Range}' is no IPv4 network");

    internal BridgeSettings Settings => field ??= BridgeSettings.Of(
        Definition?.Options ?? ImmutableSortedDictionary<string, string>.Empty);

    internal bool IsInternal => Definition is { IsInternal: true };

    /// <summary>The host's address in it.</summary>
    internal uint Gateway => Networks.Subnet.TryNumber(Definition?.Gateway ?? "") ?? AddressPlan.GatewayOf(Subnet);

    internal string BridgeName(string prefix) => Settings.BridgeName ?? $"{prefix}-{Number}";

    /// <summary>As it is shown.</summary>
    /// <param name="prefix">Of the daemon's names.</param>
    internal NetworkDefinition Describe(string prefix, string defaultNetwork) => Definition ?? new(Name)
    {
        Id = PredefinedNetworks.IdOf(Name, prefix),
        CreatedAt = CreatedAt,
        Kind = Name == defaultNetwork ? NetworkKind.Predefined : NetworkKind.Passing,
        Subnet = Range,
        Gateway = Networks.Subnet.Dotted(Gateway),
        Options = Name != defaultNetwork ? ImmutableSortedDictionary<string, string>.Empty
            : BridgeSettings.OfDefault(BridgeName(prefix)),
    };
}

/// <summary>A container that is attached.</summary>
/// <param name="Serial">Grows with each attachment: the newest one tells which address was given last.</param>
internal sealed record AttachedContainer(
    string Id, long Serial, ImmutableArray<NetworkEndpoint> Endpoints, ImmutableArray<PublishedPort> Ports)
{
    /// <summary>The way out, where its ports lead to, too; null where no network has one.</summary>
    internal NetworkEndpoint? WayOut =>
        Endpoints.Where(endpoint => endpoint.Gateway.Length > 0).MaxBy(endpoint => endpoint.GatewayPriority);
}
