using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Swarm.Runtime.Networks;

/// <summary>The networks that are always there: the default bridge, the host's own, and none.</summary>
internal static class PredefinedNetworks
{
    internal const string Host = "host";

    internal const string None = "none";

    /// <summary>Those without a bridge.</summary>
    internal static ImmutableArray<NetworkDefinition> WithoutBridge(string prefix) =>
        [Of(Host, NetworkDrivers.Host, prefix), Of(None, NetworkDrivers.None, prefix)];

    /// <summary>Whether nobody may make or remove a network of that name.</summary>
    internal static bool IsOne(string name, string defaultNetwork) =>
        name is Host or None or "default" || name == defaultNetwork;

    /// <summary>The id of a network that was not made by hand: the same one whenever it comes.</summary>
    internal static string IdOf(string name, string prefix) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{prefix}/{name}")));

    private static NetworkDefinition Of(string name, string driver, string prefix) => new(name)
    {
        Id = IdOf(name, prefix),
        Kind = NetworkKind.Predefined,
        Driver = driver,
    };
}
