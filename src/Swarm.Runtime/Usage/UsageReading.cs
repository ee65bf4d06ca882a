using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Cgroups;
using Swarm.Runtime.Work;

namespace Swarm.Runtime.Usage;

/// <summary>Reads the kernel's counts of containers.</summary>
internal sealed class UsageReading(EngineCore core, BlockingWork work, ICgroups cgroups, TimeProvider time)
    : IContainerUsage
{
    public Task<ContainerUsage?> ReadAsync(ContainerId id, CancellationToken cancellation)
    {
        core.Get(id);
        return work.RunAsync(() => Task.FromResult(Read(id)), cancellation);
    }

    public Task<ProcessList> ListProcessesAsync(
        ContainerId id, ImmutableArray<string> arguments, CancellationToken cancellation)
    {
        core.GetRunning(id);
        return work.RunAsync(
            () => Task.FromResult(
                ProcessTable.List(arguments, cgroups.ProcessesOf(core.Folders.Cgroup(id)).ToHashSet())),
            cancellation);
    }

    private ContainerUsage? Read(ContainerId id)
    {
        if (core.Get(id).Record is not { Phase: ContainerPhase.Running } record) return null;
        if (cgroups.ReadStatistics(core.Folders.Cgroup(id)) is not { } statistics) return null;
        var (nanoseconds, processors) = HostFigures.Cpu(File.ReadAllText("/proc/stat"));
        return new ContainerUsage(
            time.GetUtcNow(), statistics, nanoseconds, processors,
            HostFigures.Memory(File.ReadLines("/proc/meminfo")), Interfaces(record));
    }

    private static ImmutableSortedDictionary<string, InterfaceCounts> Interfaces(Records.ContainerRecord record)
    {
        var none = ImmutableSortedDictionary<string, InterfaceCounts>.Empty;
        if (record.Definition.Spec.NetworkMode == NetworkMode.Host) return none;
        try
        {
            return HostFigures.Interfaces(File.ReadAllText(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{record.First.Pid}/net/dev")));
        }
        catch (IOException)
        {
            return none; // it ended meanwhile
        }
    }
}
