using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Swarm.Cluster.Copies;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Peers;
using Swarm.Images.Unpacking;
using Swarm.Linux.Users;
using Swarm.Runtime;

namespace Swarm.Daemon.Configuration;

/// <summary>From the sources of settings to options: the one place that knows the keys.</summary>
internal static class DaemonSettings
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    private static readonly Bytes Petabyte = new(1L << 50);

    private static readonly FrozenDictionary<string, LogLevel> Levels = new Dictionary<string, LogLevel>
    {
        ["trace"] = LogLevel.Trace,
        ["debug"] = LogLevel.Debug,
        ["information"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
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
        var cluster = ClusterSettings.Read(settings, dataRoot);
        var disk = DiskSettings.Read(settings);
        return new DaemonOptions
        {
            DataRoot = dataRoot,
            RunRoot = runRoot,
            Identity = new NodeIdentity(
                settings.Parsed(
                    "swarm.node.name", name => IsName(name.Length == 0 ? Environment.MachineName : name), ""),
                settings.Parsed("swarm.node.pool", IsName, ""),
                settings.Map("swarm.node.labels")),
            Node = ReadNode(settings),
            Api = ApiSettings.Read(settings, runRoot, cluster.Tls),
            Cluster = cluster,
            Web = WebSettings.Read(settings, cluster),
            Engine = ReadEngine(settings, dataRoot, runRoot),
            Network = ReadNetwork(settings),
            Images = ReadImages(settings, dataRoot),
            Registries = RegistrySettings.Read(settings),
            Peers = new PeerOptions
            {
                RateMax = settings.Size("swarm.images.peer-rate", Bytes.Zero, Petabyte),
            },
            Copies = new CopyOptions
            {
                Copies = (int)settings.Number("swarm.images.copies", 1, CopyRules.CopiesMax),
                LostAfter = settings.Duration(
                    "swarm.images.copy-lost-after", TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
                Below = disk.Collects ? disk.Marks.High : null,
            },
            Disk = disk,
            Registry = NodeRegistrySettings.Read(settings),
            LogLevel = settings.Choice("swarm.log.level", Levels),
        };
    }

    private static NodeOptions ReadNode(SettingsReader settings) => new()
    {
        ReservedCpu = new MilliCpu(settings.Number("swarm.node.reserved.cpu-millis", 0, 1_000_000)),
        ReservedMemory = settings.Size("swarm.node.reserved.memory", Bytes.Zero, Petabyte),
        ParallelStarts = (int)settings.Number("swarm.node.parallel-starts", 1, 256),
        Heartbeat = settings.Duration("swarm.node.heartbeat", TimeSpan.FromMilliseconds(500), Hour),
        GatherFor = settings.Duration("swarm.node.gather-for", TimeSpan.Zero, TimeSpan.FromSeconds(1)),
        TellAgainAfter = settings.Duration("swarm.node.tell-again-after", TimeSpan.FromMilliseconds(100), Hour),
        FenceFor = settings.Duration("swarm.node.fence-for", TimeSpan.FromMinutes(1), Month),
        Restarts = new RestartLimits
        {
            QuickRestarts = (int)settings.Number("swarm.node.restarts.quick", 0, 1000),
            SteadyAfter = settings.Duration("swarm.node.restarts.steady-after", TimeSpan.Zero, Month),
            DelayMax = settings.Duration("swarm.node.restarts.delay-max", TimeSpan.Zero, Month),
        },
    };

    private static EngineOptions ReadEngine(SettingsReader settings, string dataRoot, string runRoot) => new()
    {
        DataRoot = dataRoot,
        RunRoot = runRoot,
        CrunPath = settings.FilePath("swarm.runtime.crun"),
        ConmonPath = settings.FilePath("swarm.runtime.conmon"),
        SeccompProfilePath = settings.FilePath(
            "swarm.runtime.seccomp-profile", otherwise: "") is { Length: > 0 } profile
            ? profile : null,
        Users = settings.Parsed("swarm.runtime.userns-remap", UserRemap.OfHost.Parse, null),
        LogMaxBytes = settings.Size("swarm.runtime.log-max-size", new Bytes(4096), new Bytes(1L << 40)),
        LogFiles = (int)settings.Number("swarm.runtime.log-files", 1, 1000),
        LogCheckInterval = settings.Duration("swarm.runtime.log-check-interval", TimeSpan.FromMilliseconds(100), Hour),
        Workers = (int)settings.Number("swarm.runtime.workers", 1, 256),
    };

    private static NetworkSection ReadNetwork(SettingsReader settings)
    {
        const string last = "swarm.network.last-dynamic-port";
        var network = new NetworkSection(
            settings.Parsed("swarm.network.address-pool", IsPool, ""),
            (int)settings.Number("swarm.network.mtu", 576, 65535),
            (int)settings.Number("swarm.network.first-dynamic-port", 1, ushort.MaxValue),
            (int)settings.Number(last, 1, ushort.MaxValue));
        if (network.LastDynamicPort < network.FirstDynamicPort)
        {
            settings.Reject(last, $"{network.LastDynamicPort} is below swarm.network.first-dynamic-port, "
                + $"{network.FirstDynamicPort}");
        }

        return network;
    }

    private static ImageStoreOptions ReadImages(SettingsReader settings, string dataRoot) => new()
    {
        Root = $"{dataRoot}/images",
        ArchiveMax = settings.Size("swarm.images.archive-max", Bytes.FromMebibytes(1), Petabyte),
        Limits = new UnpackLimits
        {
            LayerMax = settings.Size("swarm.images.layer-max", Bytes.FromMebibytes(1), Petabyte),
            EntriesMax = settings.Number("swarm.images.entries-max", 1, 1_000_000_000),
        },
        ParallelUnpacks = (int)settings.Number("swarm.images.parallel-unpacks", 1, 64),
    };

    private static string ShortPath(string text) =>
        !text.StartsWith('/') ? throw new FormatException($"'{text}' is not an absolute path")
        : text.Length > 40 ? throw new FormatException($"'{text}' is longer than 40 characters")
        : Path.TrimEndingDirectorySeparator(Path.GetFullPath(text));

    private static string IsName(string text) =>
        text.Length is > 0 and <= 63 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? text
            : throw new FormatException($"'{text}' is not a name: letters, digits, '-', '_' and '.', 1 to 63");

    private static string IsPool(string text) =>
        IPNetwork.TryParse(text, out var network)
        && network is { BaseAddress.AddressFamily: AddressFamily.InterNetwork, PrefixLength: >= 12 and <= 24 }
            ? text
            : throw new FormatException($"'{text}' is not an IPv4 network, as 172.30.0.0/15, of length /12 to /24");
}
