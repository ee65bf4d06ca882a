using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Swarm.Images.Registry;

/// <summary>Where a registry is reached.</summary>
/// <param name="Root">Scheme, host and port, and nothing behind them.</param>
/// <param name="IsInsecure">Its certificate is not checked.</param>
internal sealed record RegistryEndpoint(Uri Root, bool IsInsecure, bool IsMirror = false)
{
    private const string DockerHub = "docker.io";
    private const string DockerHubHost = "registry-1.docker.io";

    /// <summary>The ways to a registry, in the order in which they are tried.</summary>
    /// <param name="registry">As the name of an image begins: host and perhaps port.</param>
    public static ImmutableArray<RegistryEndpoint> Of(
        string registry, RegistryOptions options, bool withMirrors)
    {
        if (registry != DockerHub) return OfHost(registry, options);

        ImmutableArray<RegistryEndpoint> mirrors = withMirrors
            ?
            [
                .. options.Mirrors.Select(mirror => new RegistryEndpoint(
                    mirror, mirror.Scheme == Uri.UriSchemeHttp || IsInsecureHost(mirror.Authority, options), true)),
            ]
            : [];
        return [.. mirrors, .. OfHost(DockerHubHost, options)];
    }

    /// <summary>Whether a host is one whose certificate is not checked, by its name or by where its name leads.
    /// </summary>
    public static bool IsInsecureHost(string authority, RegistryOptions options)
    {
        var host = HostOf(authority);
        if (options.InsecureRegistries.Any(listed => Same(listed, authority) || Same(listed, host))) return true;

        var networks = options.InsecureRegistries
            .Select(listed => IPNetwork.TryParse(listed, out var network) ? network : (IPNetwork?)null)
            .OfType<IPNetwork>()
            .ToList();
        return AddressesOf(host, networks.Count > 0).Any(
            address => IPAddress.IsLoopback(address) || networks.Exists(network => network.Contains(address)));
    }

    private static ImmutableArray<RegistryEndpoint> OfHost(string authority, RegistryOptions options) =>
        IsInsecureHost(authority, options)
            ?
            [
                new RegistryEndpoint(new Uri($"https://{authority}"), IsInsecure: true),
                new RegistryEndpoint(new Uri($"http://{authority}"), IsInsecure: true),
            ]
            : [new RegistryEndpoint(new Uri($"https://{authority}"), IsInsecure: false)];

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string HostOf(string authority) => new Uri($"https://{authority}").DnsSafeHost;

    // A name is looked up only where it could lead into a network that is listed.
    private static IPAddress[] AddressesOf(string host, bool byName)
    {
        if (IPAddress.TryParse(host, out var address)) return [address];
        if (host == "localhost") return [IPAddress.Loopback];
        if (!byName) return [];
        try
        {
            return Dns.GetHostAddresses(host);
        }
        catch (SocketException)
        {
            return []; // whoever connects is told
        }
    }
}
