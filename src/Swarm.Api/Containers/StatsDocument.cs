using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Swarm.Api.Http;
using Swarm.Linux.Cgroups;
using Swarm.Runtime;
using Swarm.Runtime.Usage;

namespace Swarm.Api.Containers;

/// <summary>One line of <c>GET /containers/ID/stats</c>.</summary>
/// <remarks>Clients tell the version of cgroups by what is there: with version 1 the time of each processor, and for
/// the page cache a line <c>total_inactive_file</c>.</remarks>
internal static class StatsDocument
{
    /// <param name="usage">Null where it does not run: then all is empty.</param>
    /// <param name="before">An earlier look; null where there is none.</param>
    public static JsonObject Of(ContainerState container, ContainerUsage? usage, ContainerUsage? before)
    {
        var document = new JsonObject
        {
            ["name"] = $"/{container.Definition.Name}",
            ["id"] = container.Id.Value,
            ["read"] = QueryTime.Written(usage?.At),
            ["preread"] = QueryTime.Written(usage is null ? null : before?.At),
            ["pids_stats"] = usage is null ? new JsonObject() : Pids(usage.Cgroup),
            ["blkio_stats"] = Blocks(usage?.Cgroup),
            ["num_procs"] = 0,
            ["storage_stats"] = new JsonObject(),
            ["cpu_stats"] = Cpu(usage),
            ["precpu_stats"] = Cpu(usage is null ? null : before),
            ["memory_stats"] = usage is null ? new JsonObject() : Memory(usage),
        };
        if (usage is { Interfaces.IsEmpty: false }) document["networks"] = Networks(usage);
        return document;
    }

    private static JsonObject Pids(CgroupStatistics cgroup)
    {
        var pids = new JsonObject { ["current"] = cgroup.Pids };
        if (cgroup.PidsLimit is > 0 and < CgroupStatistics.Unlimited) pids["limit"] = cgroup.PidsLimit;
        return pids;
    }

    private static JsonObject Blocks(CgroupStatistics? cgroup) => new()
    {
        ["io_service_bytes_recursive"] = Counts(cgroup?.BlockBytes),
        ["io_serviced_recursive"] = Counts(cgroup is { Version: 1 } ? cgroup.BlockOperations : null),
        ["io_queue_recursive"] = null,
        ["io_service_time_recursive"] = null,
        ["io_wait_time_recursive"] = null,
        ["io_merged_recursive"] = null,
        ["io_time_recursive"] = null,
        ["sectors_recursive"] = null,
    };

    private static JsonArray? Counts(ImmutableArray<BlockCount>? counts) => counts is { } known
        ? new JsonArray([.. known.Select(count => new JsonObject
        {
            ["major"] = count.Major,
            ["minor"] = count.Minor,
            ["op"] = count.Operation,
            ["value"] = count.Value,
        })])
        : null;

    private static JsonObject Cpu(ContainerUsage? usage)
    {
        var cgroup = usage?.Cgroup;
        var times = new JsonObject { ["total_usage"] = cgroup?.CpuNanoseconds ?? 0 };
        if (cgroup is { ProcessorNanoseconds: { IsEmpty: false } each })
            times["percpu_usage"] = new JsonArray([.. each.Select(time => JsonValue.Create(time))]);
        times["usage_in_kernelmode"] = cgroup?.SystemNanoseconds ?? 0;
        times["usage_in_usermode"] = cgroup?.UserNanoseconds ?? 0;
        var cpu = new JsonObject { ["cpu_usage"] = times };
        if (usage is not null)
        {
            cpu["system_cpu_usage"] = usage.HostCpuNanoseconds;
            cpu["online_cpus"] = usage.Processors;
        }

        cpu["throttling_data"] = new JsonObject
        {
            ["periods"] = cgroup?.Periods ?? 0,
            ["throttled_periods"] = cgroup?.ThrottledPeriods ?? 0,
            ["throttled_time"] = cgroup?.ThrottledNanoseconds ?? 0,
        };
        return cpu;
    }

    private static JsonObject Memory(ContainerUsage usage)
    {
        var cgroup = usage.Cgroup;
        var details = new JsonObject();
        foreach (var (name, value) in cgroup.MemoryDetails) details[name] = value;
        var memory = new JsonObject { ["usage"] = cgroup.MemoryBytes };
        if (cgroup.MemoryPeakBytes > 0) memory["max_usage"] = cgroup.MemoryPeakBytes;
        memory["stats"] = details;
        if (cgroup.MemoryFailures > 0) memory["failcnt"] = cgroup.MemoryFailures;
        // Without a limit of its own it is the host that has one.
        memory["limit"] = Math.Min(cgroup.MemoryLimitBytes, usage.HostMemory.Value);
        return memory;
    }

    private static JsonObject Networks(ContainerUsage usage)
    {
        var networks = new JsonObject();
        foreach (var (name, counts) in usage.Interfaces)
        {
            networks[name] = new JsonObject
            {
                ["rx_bytes"] = counts.Received.Bytes,
                ["rx_packets"] = counts.Received.Packets,
                ["rx_errors"] = counts.Received.Errors,
                ["rx_dropped"] = counts.Received.Dropped,
                ["tx_bytes"] = counts.Sent.Bytes,
                ["tx_packets"] = counts.Sent.Packets,
                ["tx_errors"] = counts.Sent.Errors,
                ["tx_dropped"] = counts.Sent.Dropped,
            };
        }

        return networks;
    }
}
