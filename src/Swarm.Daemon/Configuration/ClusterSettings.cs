using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using Swarm.Cluster.Hosting;
using Swarm.Wire.Security;

namespace Swarm.Daemon.Configuration;

/// <summary>The settings of the cluster, its journal and its certificates.</summary>
internal static class ClusterSettings
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static readonly FrozenDictionary<string, JournalProvider> Providers =
        new Dictionary<string, JournalProvider>
        {
            ["sqlite"] = JournalProvider.Sqlite,
            ["postgresql"] = JournalProvider.PostgreSql,
        }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, bool> Switch =
        new Dictionary<string, bool> { ["on"] = true, ["off"] = false }.ToFrozenDictionary();

    public static ClusterOptions Read(SettingsReader settings, string dataRoot)
    {
        var tls = ReadTls(settings);
        var protocol = tls is null ? RemoteSecurity.PlainProtocol : RemoteSecurity.Protocol;
        var options = new ClusterOptions
        {
            Hostname = settings.Parsed("swarm.cluster.hostname", IsHostName, ""),
            BindAddress = settings.Parsed(
                "swarm.cluster.bind-address", text => text.Length == 0 ? null : IsHostName(text), null),
            Port = (int)settings.Number("swarm.cluster.port", 1, ushort.MaxValue),
            Seeds = settings.Items(
                "swarm.cluster.seeds", seed => $"{protocol}://{SwarmCluster.SystemName}@{IsHostAndPort(seed)}"),
            Roles = settings.Items("swarm.cluster.roles", IsRole),
            Tls = tls,
            Failure = ReadFailure(settings),
            StartTimeout = settings.Duration("swarm.cluster.start-timeout", TimeSpan.FromSeconds(1), Hour),
            RequestTimeout = settings.Duration(
                "swarm.cluster.request-timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(29)),
            Journal = ReadJournal(settings, dataRoot),
            FetchesAhead = settings.Choice("swarm.images.fetch-ahead", Switch),
        };
        if (options.Roles.IsEmpty) settings.Reject("swarm.cluster.roles", "a node has at least one of them");
        RefusePlainText(settings, options);
        return options;
    }

    private static FailureOptions ReadFailure(SettingsReader settings) => new()
    {
        HeartbeatInterval = settings.Duration(
            "swarm.cluster.heartbeat-interval", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5)),
        HeartbeatPause = settings.Duration(
            "swarm.cluster.heartbeat-pause", TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(1)),
        StableAfter = settings.Duration(
            "swarm.cluster.stable-after", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
        RemovalMargin = settings.Duration("swarm.cluster.removal-margin", TimeSpan.Zero, TimeSpan.FromMinutes(5)),
        SettleTime = settings.Duration("swarm.cluster.settle-time", TimeSpan.Zero, Hour),
    };

    private static TlsFiles? ReadTls(SettingsReader settings)
    {
        string[] keys = ["swarm.tls.ca", "swarm.tls.certificate", "swarm.tls.key"];
        var paths = keys.Select(key => settings.FilePath(key, otherwise: "")).ToArray();
        if (paths.All(path => path.Length == 0)) return null;

        foreach (var (key, path) in keys.Zip(paths))
        {
            if (path.Length == 0) settings.Reject(key, "is needed beside the other two of swarm.tls");
        }

        return new TlsFiles(paths[0], paths[1], paths[2]);
    }

    // Whoever can speak to a node in the clear can have it run anything.
    private static void RefusePlainText(SettingsReader settings, ClusterOptions options)
    {
        if (options.Tls is not null) return;

        Refuse("swarm.cluster.hostname", options.Hostname);
        if (options.BindAddress is { } bind) Refuse("swarm.cluster.bind-address", bind);

        void Refuse(string key, string host)
        {
            if (host.Length == 0 || IsLoopback(host)) return;
            settings.Reject(
                key, $"{host} is open to other hosts, which needs TLS: set swarm.tls.ca, swarm.tls.certificate and "
                    + "swarm.tls.key (deploy/certs makes them), or keep to 127.0.0.1");
        }
    }

    private static bool IsLoopback(string host) =>
        host == "localhost"
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static JournalOptions ReadJournal(SettingsReader settings, string dataRoot)
    {
        var provider = settings.Choice("swarm.journal.provider", Providers);
        var path = settings.FilePath("swarm.journal.path", otherwise: $"{dataRoot}/journal.db");
        var connection = settings.Parsed(
            "swarm.journal.connection",
            text => text.Length > 0 || provider != JournalProvider.PostgreSql
                ? text
                : throw new FormatException("needed for provider postgresql"),
            "");
        return provider == JournalProvider.Sqlite
            ? new JournalOptions.Sqlite(path)
            : new JournalOptions.PostgreSql(connection);
    }

    private static string IsRole(string text) =>
        text is ClusterRoles.Scheduler or ClusterRoles.Worker
            ? text
            : throw new FormatException($"'{text}' is none of {ClusterRoles.Scheduler}, {ClusterRoles.Worker}");

    private static string IsHostName(string text) =>
        Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
            ? text
            : throw new FormatException($"'{text}' is neither a host name nor an address");

    private static string IsHostAndPort(string text) =>
        text.LastIndexOf(':') is > 0 and var colon
        && (text[0] == '[' || text.IndexOf(':') == colon)
        && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && port is > 0 and <= ushort.MaxValue
            ? $"{AsNodesSay(IsHostName(text[..colon]))}:{port}"
            : throw new FormatException($"'{text}' is not of the form host:port");

    /// <summary>As nodes call themselves: an IPv6 address in its shortest form, in brackets.</summary>
    private static string AsNodesSay(string host) =>
        host[0] == '[' && IPAddress.TryParse(host, out var address) ? $"[{address}]" : host;
}
