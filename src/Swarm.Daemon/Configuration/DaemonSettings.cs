using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Swarm.Core;

namespace Swarm.Daemon.Configuration;

/// <summary>From the sources of settings to options: the one place that knows the keys.</summary>
internal static class DaemonSettings
{
    private static readonly FrozenDictionary<string, LogLevel> Levels = new Dictionary<string, LogLevel>
    {
        ["trace"] = LogLevel.Trace,
        ["debug"] = LogLevel.Debug,
        ["information"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, JournalProvider> Providers =
        new Dictionary<string, JournalProvider>
        {
            ["sqlite"] = JournalProvider.Sqlite,
            ["postgresql"] = JournalProvider.PostgreSql,
        }.ToFrozenDictionary();

    /// <exception cref="ConfigurationException">All that is wrong, at once.</exception>
    public static DaemonOptions Load(string? file, ImmutableArray<string> overrides)
    {
        var errors = ImmutableArray.CreateBuilder<string>();
        var layers = ImmutableArray.CreateBuilder<ConfigurationLayer>();
        layers.Add(ConfigurationLayer.Reference());
        if (file is not null) Add(() => ConfigurationLayer.FromFile(file));
        foreach (var assignment in overrides) Add(() => ConfigurationLayer.FromOverride(assignment));

        var reader = new SettingsReader(layers.ToImmutable());
        var options = Read(reader);
        errors.AddRange(reader.Errors);
        return errors.Count == 0 ? options : throw new ConfigurationException(errors.ToImmutable());

        void Add(Func<ConfigurationLayer> load)
        {
            try
            {
                layers.Add(load());
            }
            catch (ConfigurationException wrong)
            {
                errors.AddRange(wrong.Errors);
            }
        }
    }

    public static DaemonOptions Read(SettingsReader settings)
    {
        var dataRoot = settings.FilePath("swarm.data-root");
        var runRoot = settings.Parsed("swarm.run-root", ShortPath, "/run/swarm");
        return new DaemonOptions
        {
            DataRoot = dataRoot,
            RunRoot = runRoot,
            Node = ReadNode(settings),
            ApiSocket = settings.FilePath("swarm.api.socket", otherwise: $"{runRoot}/swarm.sock"),
            Cluster = ReadCluster(settings),
            Journal = ReadJournal(settings, dataRoot),
            LogLevel = settings.Choice("swarm.log.level", Levels),
        };
    }

    private static NodeSection ReadNode(SettingsReader settings) => new(
        settings.Parsed("swarm.node.name", name => IsName(name.Length == 0 ? Environment.MachineName : name), ""),
        settings.Parsed("swarm.node.pool", IsName, ""),
        settings.Map("swarm.node.labels"),
        new Resources(
            new MilliCpu(settings.Number("swarm.node.reserved.cpu-millis", 0, 1_000_000)),
            settings.Size("swarm.node.reserved.memory", Bytes.Zero, new Bytes(1L << 50))));

    private static ClusterSection ReadCluster(SettingsReader settings) => new(
        settings.Parsed("swarm.cluster.hostname", IsHostName, ""),
        (int)settings.Number("swarm.cluster.port", 1, ushort.MaxValue),
        settings.Items("swarm.cluster.seeds", IsHostAndPort),
        settings.Items("swarm.cluster.roles", IsRole));

    private static JournalSection ReadJournal(SettingsReader settings, string dataRoot)
    {
        var provider = settings.Choice("swarm.journal.provider", Providers);
        return new JournalSection(
            provider,
            settings.FilePath("swarm.journal.path", otherwise: $"{dataRoot}/journal.db"),
            settings.Parsed(
                "swarm.journal.connection",
                text => text.Length > 0 || provider != JournalProvider.PostgreSql
                    ? text
                    : throw new FormatException("needed for provider postgresql"),
                ""));
    }

    private static string ShortPath(string text) =>
        !text.StartsWith('/') ? throw new FormatException($"'{text}' is not an absolute path")
        : text.Length > 40 ? throw new FormatException($"'{text}' is longer than 40 characters")
        : Path.TrimEndingDirectorySeparator(Path.GetFullPath(text));

    private static string IsName(string text) =>
        text.Length is > 0 and <= 63 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? text
            : throw new FormatException($"'{text}' is not a name: letters, digits, '-', '_' and '.', 1 to 63");

    private static string IsHostName(string text) =>
        Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
            ? text
            : throw new FormatException($"'{text}' is neither a host name nor an address");

    private static string IsHostAndPort(string text) =>
        text.LastIndexOf(':') is > 0 and var colon
        && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && port is > 0 and <= ushort.MaxValue
            ? $"{IsHostName(text[..colon].Trim('[', ']'))}:{port}"
            : throw new FormatException($"'{text}' is not of the form host:port");

    private static string IsRole(string text) =>
        text is "scheduler" ? text : throw new FormatException($"'{text}' is none of scheduler");
}
