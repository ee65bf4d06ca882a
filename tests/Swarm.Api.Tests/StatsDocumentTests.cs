using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Swarm.Api.Containers;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Cgroups;
using Swarm.Runtime;
using Swarm.Runtime.Usage;

namespace Swarm.Api.Tests;

public sealed class StatsDocumentTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch.AddSeconds(7);

    private static readonly ContainerState Container = new(
        new ContainerDefinition(new ContainerId("c1"), "name", new ContainerSpec { Image = "box" }),
        ContainerPhase.Running);

    [Fact]
    public void With_version_1_of_cgroups_each_processor_and_both_counts_of_blocks_are_told()
    {
        var document = StatsDocument.Of(Container, Usage(Statistics(1) with
        {
            ProcessorNanoseconds = [1, 2],
            MemoryPeakBytes = 9,
            MemoryFailures = 3,
            BlockBytes = [new BlockCount(8, 0, "Read", 4096)],
            BlockOperations = [new BlockCount(8, 0, "Read", 1)],
        }), null);

        Assert.Equal([1, 2], document["cpu_stats"]!["cpu_usage"]!["percpu_usage"]!.AsArray().GetValues<long>());
        Assert.Equal(9, Number(document, "memory_stats", "max_usage"));
        Assert.Equal(3, Number(document, "memory_stats", "failcnt"));
        Assert.Equal(
            """[{"major":8,"minor":0,"op":"Read","value":4096}]""",
            document["blkio_stats"]!["io_service_bytes_recursive"]!.ToJsonString());
        Assert.Single(document["blkio_stats"]!["io_serviced_recursive"]!.AsArray());
    }

    [Fact]
    public void With_version_2_what_it_does_not_count_is_not_told()
    {
        var document = StatsDocument.Of(Container, Usage(Statistics(2)), null);

        Assert.Null(document["cpu_stats"]!["cpu_usage"]!["percpu_usage"]);
        Assert.Null(document["memory_stats"]!["max_usage"]);
        Assert.Null(document["blkio_stats"]!["io_serviced_recursive"]);
        Assert.Equal(11, Number(document, "memory_stats", "stats", "inactive_file"));
    }

    [Fact]
    public void A_limit_that_is_none_is_the_memory_of_the_host_and_none_of_processes()
    {
        var document = StatsDocument.Of(Container, Usage(Statistics(2)), null);

        Assert.Equal(1 << 30, Number(document, "memory_stats", "limit"));
        Assert.Null(document["pids_stats"]!["limit"]);
    }

    [Fact]
    public void The_look_before_is_told_beside_the_present_one()
    {
        var before = Usage(Statistics(1) with { CpuNanoseconds = 1 }) with { At = At.AddSeconds(-1) };

        var document = StatsDocument.Of(Container, Usage(Statistics(1)), before);

        Assert.Equal("1970-01-01T00:00:06.0000000Z", document["preread"]!.GetValue<string>());
        Assert.Equal(1, Number(document, "precpu_stats", "cpu_usage", "total_usage"));
        Assert.Equal(100, Number(document, "cpu_stats", "cpu_usage", "total_usage"));
        Assert.Equal(5, Number(document, "networks", "eth0", "rx_bytes"));
        Assert.Equal(8, Number(document, "networks", "eth0", "tx_dropped"));
    }

    [Fact]
    public void Of_one_that_does_not_run_all_is_empty()
    {
        var document = StatsDocument.Of(Container, null, Usage(Statistics(1)));

        Assert.Equal("0001-01-01T00:00:00Z", document["read"]!.GetValue<string>());
        Assert.Equal("{}", document["memory_stats"]!.ToJsonString());
        Assert.Null(document["cpu_stats"]!["system_cpu_usage"]);
        Assert.Null(document["networks"]);
        Assert.Equal("/name", document["name"]!.GetValue<string>());
    }

    private static CgroupStatistics Statistics(int version) => new()
    {
        Version = version,
        CpuNanoseconds = 100,
        MemoryBytes = 50,
        MemoryDetails = ImmutableSortedDictionary<string, long>.Empty.Add("inactive_file", 11),
        Pids = 2,
    };

    private static ContainerUsage Usage(CgroupStatistics statistics) => new(
        At, statistics, 1000, 2, new Bytes(1 << 30),
        ImmutableSortedDictionary<string, InterfaceCounts>.Empty.Add(
            "eth0", new InterfaceCounts(new TrafficCounts(5, 1, 0, 0), new TrafficCounts(6, 1, 0, 8))));

    private static long Number(JsonObject document, params string[] path) =>
        path.Aggregate((JsonNode)document, (node, name) => node[name]!).GetValue<long>();
}
