using System.Collections.Immutable;

namespace Swarm.Runtime.Networks;

/// <summary>A network of this host, as it was asked for and as it came to be.</summary>
public sealed record NetworkDefinition(string Name)
{
    /// <summary>64 hexadecimal digits; chosen when it is made.</summary>
    public string Id { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    public NetworkKind Kind { get; init; } = NetworkKind.Defined;

    /// <summary><c>bridge</c>, <c>host</c> or <c>null</c>.</summary>
    public string Driver { get; init; } = NetworkDrivers.Bridge;

    /// <summary>As <c>172.30.4.0/24</c>; empty where one is to be chosen.</summary>
    public string Subnet { get; init; } = "";

    /// <summary>Whether the subnet was asked for: only then may a container ask for an address in it.</summary>
    public bool IsSubnetGiven { get; init; }

    /// <summary>The host's own address in it; empty takes the first one.</summary>
    public string Gateway { get; init; } = "";

    /// <summary>The part of the subnet that addresses are given of; empty means all.</summary>
    public string AddressRange { get; init; } = "";

    /// <summary>Addresses that no container gets, by name.</summary>
    public ImmutableSortedDictionary<string, string> ReservedAddresses { get; init; } = None;

    /// <summary>Whether nothing leads out of it, and into it only from the host itself.</summary>
    public bool IsInternal { get; init; }

    /// <summary>Kept and shown: every network of one host may be joined by hand.</summary>
    public bool IsAttachable { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = None;

    /// <summary>Of the driver: <see cref="BridgeSettings"/>.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; init; } = None;

    /// <summary>Of the giving of addresses. Kept and shown.</summary>
    public ImmutableSortedDictionary<string, string> AddressOptions { get; init; } = None;

    private static ImmutableSortedDictionary<string, string> None => ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>Who makes and removes a network.</summary>
public enum NetworkKind
{
    /// <summary>Made by hand, and kept until it is removed by hand.</summary>
    Defined = 0,

    /// <summary>Made for its first container, and gone with its last.</summary>
    Passing = 1,

    /// <summary>Always there.</summary>
    Predefined = 2,
}

internal static class NetworkDrivers
{
    internal const string Bridge = "bridge";

    internal const string Host = "host";

    internal const string None = "null";
}
