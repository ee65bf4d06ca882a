using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Swarm.Api.Nodes;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Daemon.Configuration;
using Swarm.Linux.Cgroups;
using Swarm.Linux.Mounts;

namespace Swarm.Daemon.Host;

/// <summary>What this host is, as it finds itself.</summary>
internal static class HostFacts
{
    public static string Version { get; } =
        typeof(HostFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    /// <param name="http">Of its HTTP server; null where it has none.</param>
    public static NodeDescription Describe(NodeId id, string address, Uri? http, NodeIdentity identity) =>
        new(id, identity.Name, address, identity.Pool, Capacity())
        {
            Labels = identity.Labels,
            Architecture = Architecture,
            Version = Version,
            Kernel = Kernel,
            HttpAddress = http?.GetLeftPart(UriPartial.Authority) ?? "",
        };

    public static NodeFacts Show(NodeId id, DaemonOptions options) => new(
        id, options.Identity.Name, Version, options.DataRoot, Kernel, Architecture, Environment.ProcessorCount,
        Memory(File.ReadLines("/proc/meminfo")), File.Exists("/sys/fs/cgroup/cgroup.controllers") ? 2 : 1,
        options.Identity.Labels)
    {
        OperatingSystem = RuntimeInformation.OSDescription,
        FileSystem = MountTable.Read().Find(Path.GetFullPath(options.DataRoot)).Kind,
        // Of version 2 it is there, though nothing is limited while the host has nowhere to swap to.
        CountsSwap = File.Exists("/sys/fs/cgroup/cgroup.controllers") || CgroupFiles.OfHost().CountsSwap,
        KnowsSwappiness = CgroupFiles.OfHost().KnowsSwappiness,
        WeighsBlocks = CgroupFiles.OfHost().WeighsBlocks,
        WeighsDevices = CgroupFiles.OfHost().WeighsDevices,
        MapsUsers = options.Engine.Users is not null,
        Registries = options.Registries,
    };

    private static Resources Capacity() => new(
        new MilliCpu(Environment.ProcessorCount * 1000L),
        Memory(File.ReadLines("/proc/meminfo")),
        long.Parse(File.ReadAllText("/proc/sys/kernel/pid_max"), CultureInfo.InvariantCulture));

    private static string Kernel => File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    /// <summary>As images name it.</summary>
    private static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        global::System.Runtime.InteropServices.Architecture.X64 => "amd64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>From <see href="https://man7.org/linux/man-pages/man5/proc_meminfo.5.html">/proc/meminfo</see>, in KiB
    /// there.</summary>
    internal static Bytes Memory(IEnumerable<string> lines)
    {
        var line = lines.First(line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        var kibibytes = line["MemTotal:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return new Bytes(long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024);
    }
}
