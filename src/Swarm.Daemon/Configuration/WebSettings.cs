using System.Collections.Frozen;
using System.Net;
using Swarm.Api.Web;
using Swarm.Cluster.Hosting;

namespace Swarm.Daemon.Configuration;

/// <summary>The settings of the HTTP server on TCP.</summary>
internal static class WebSettings
{
    private static readonly FrozenDictionary<string, bool> Switch =
        new Dictionary<string, bool> { ["on"] = true, ["off"] = false }.ToFrozenDictionary();

    /// <returns>Null where there is to be none.</returns>
    public static WebOptions? Read(SettingsReader settings, ClusterOptions cluster)
    {
        const string bind = "swarm.http.bind-address";
        const string host = "swarm.http.hostname";
        var isOn = settings.Choice("swarm.http.enabled", Switch);
        var options = new WebOptions(
            settings.Parsed(bind, text => IsHostNameOr(text, cluster.BindAddress ?? cluster.Hostname), ""),
            (int)settings.Number("swarm.http.port", 0, ushort.MaxValue),
            settings.Parsed(host, text => IsHostNameOr(text, cluster.Hostname), ""))
        {
            Tls = cluster.Tls,
        };
        if (!isOn) return null;

        Refuse(settings, bind, options.BindAddress, cluster);
        Refuse(settings, host, options.Hostname, cluster);
        return options;
    }

    // Images are not for everybody who can reach this host. What follows the cluster's own address is refused there.
    private static void Refuse(SettingsReader settings, string key, string address, ClusterOptions cluster)
    {
        if (cluster.Tls is not null || address.Length == 0 || IsLoopback(address)) return;
        if (address == cluster.Hostname || address == cluster.BindAddress) return;
        settings.Reject(
            key, $"{address} is open to other hosts, which needs TLS: set swarm.tls.ca, swarm.tls.certificate and "
                + "swarm.tls.key (deploy/certs makes them), or keep to 127.0.0.1");
    }

    private static string IsHostNameOr(string text, string otherwise) =>
        text.Length == 0 ? otherwise
        : Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6 ? text
        : throw new FormatException($"'{text}' is neither a host name nor an address");

    private static bool IsLoopback(string host) =>
        host == "localhost"
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
