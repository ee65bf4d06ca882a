using System.Collections.Immutable;
using System.Net;

namespace Swarm.Runtime.Images;

/// <summary>From which registries images are brought that somebody asks this node's registry for.</summary>
/// <param name="Registries">Hosts, as <c>ghcr.io</c>; <c>*</c> stands for all but those of this host itself. Empty:
/// none.</param>
public sealed record PullThroughOptions(ImmutableArray<string> Registries)
{
    /// <remarks>What listens on this host only may be meant for nobody else: it has to be named.</remarks>
    public bool Admits(string registry) => Registries.Contains(registry)
        || (Registries.Contains("*") && !IsOwnHost(registry));

    private static bool IsOwnHost(string registry)
    {
        var host = Uri.TryCreate($"https://{registry}", UriKind.Absolute, out var uri) ? uri.DnsSafeHost : registry;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address)
                && (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any)
                    || address.Equals(IPAddress.IPv6Any)));
    }
}
