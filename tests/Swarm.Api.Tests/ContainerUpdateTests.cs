using System.Text;
using System.Text.Json;
using Swarm.Api.Containers;
using Swarm.Api.Http;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Api.Tests;

public sealed class ContainerUpdateTests
{
    [Fact]
    public void A_limit_is_changed_and_the_others_stay()
    {
        var (settings, limits) = ContainerUpdate.Apply(
            Shown("""{"Memory":67108864,"PidsLimit":9}"""), Fields("""{"Memory":134217728,"CpuShares":0}"""));

        var together = Bytes.FromMebibytes(128); // twice the memory that it had first
        Assert.Equal(
            ResourceLimits.None with { Memory = Bytes.FromMebibytes(128), MemoryAndSwap = together, Pids = 9 }, limits);
        Assert.Equal(Bytes.FromMebibytes(128), settings.Reserved.Memory);
        using var asked = JsonDocument.Parse(settings.Asked);
        Assert.Equal(134217728, asked.RootElement.GetProperty("HostConfig").GetProperty("Memory").GetInt64());
    }

    [Fact]
    public void A_restart_policy_alone_changes_no_limit()
    {
        var (settings, limits) = ContainerUpdate.Apply(
            Shown("""{"Memory":67108864}"""), Fields("""{"RestartPolicy":{"Name":"always"}}"""));

        Assert.Null(limits);
        Assert.True(settings.StartsWithNode);
        Assert.Equal(RestartCondition.Any, settings.Restart.Condition);
    }

    [Fact]
    public void Processors_take_the_place_of_quota_and_period()
    {
        var (_, limits) = ContainerUpdate.Apply(
            Shown("""{"CpuQuota":50000,"CpuPeriod":100000}"""), Fields("""{"NanoCpus":2000000000}"""));

        Assert.Equal(new MilliCpu(2000), limits!.Cpu);
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (limits.CpuPeriod, limits.CpuQuota));
    }

    [Fact]
    public void A_quota_is_changed_within_the_period_that_was_given_before_and_both_are_shown()
    {
        var (settings, limits) = ContainerUpdate.Apply(
            Shown("""{"CpuQuota":25000,"CpuPeriod":50000}"""), Fields("""{"CpuQuota":33333}"""));

        Assert.Equal(new MilliCpu(666), limits!.Cpu);
        Assert.Equal(
            (TimeSpan.FromMilliseconds(50), TimeSpan.FromMicroseconds(33_333)), (limits.CpuPeriod, limits.CpuQuota));
        Assert.Contains("\"CpuQuota\":33333,\"CpuPeriod\":50000", settings.Asked, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_and_swap_together_stay_when_the_memory_changes()
    {
        var (settings, limits) = ContainerUpdate.Apply(
            Shown("""{"Memory":50000000}"""), Fields("""{"Memory":80000000}"""));

        Assert.Equal((80_000_000, 100_000_000), (limits!.Memory.Value, limits.MemoryAndSwap.Value));
        Assert.Contains("\"MemorySwap\":100000000", settings.Asked, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quota_is_lifted_and_its_period_stays()
    {
        var (_, limits) = ContainerUpdate.Apply(
            Shown("""{"CpuQuota":25000,"CpuPeriod":50000}"""), Fields("""{"CpuQuota":-1}"""));

        Assert.Equal(
            (MilliCpu.Zero, TimeSpan.FromMilliseconds(50), TimeSpan.Zero),
            (limits!.Cpu, limits.CpuPeriod, limits.CpuQuota));
    }

    [Fact]
    public void What_was_written_with_other_capitals_is_changed_and_the_rest_of_it_stays()
    {
        var shown = Shown("{}");
        shown = shown with
        {
            Own = shown.Own! with
            {
                Settings = new StandaloneSettings
                {
                    Asked = """{"image":"box","hostconfig":{"memory":67108864,"autoremove":true}}""",
                },
            },
        };

        var (settings, limits) = ContainerUpdate.Apply(shown, Fields("""{"pidslimit":9}"""));

        Assert.Equal(ResourceLimits.None with { Memory = Bytes.FromMebibytes(64), Pids = 9 }, limits);
        Assert.True(settings.RemovesItself);
    }

    [Theory]
    [InlineData("""{"NanoCpus":1000000000}""", """{"CpuQuota":1000}""", 400, "CPU Quota or Period cannot be updated")]
    [InlineData("""{"Memory":8000000,"MemorySwap":9000000}""", """{"Memory":10000000}""", 400, "set memoryswap")]
    [InlineData("""{"Memory":8000000}""", """{"Memory":16000001}""", 400, "set memoryswap")]
    [InlineData("""{"AutoRemove":true}""", """{"RestartPolicy":{"Name":"always"}}""", 400, "Restart policy cannot be")]
    [InlineData("{}", """{"Ulimits":[{"Name":"x"}]}""", 501, "changing Ulimits is not supported")]
    [InlineData("{}", """{"CpuRealtimePeriod":5}""", 501, "HostConfig.CpuRealtimePeriod")]
    public void What_cannot_be_changed_is_named(string host, string changes, int status, string message)
    {
        var refused = Assert.Throws<ApiException>(() => ContainerUpdate.Apply(Shown(host), Fields(changes)));

        Assert.Equal(status, refused.Status);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private static ShownContainer Shown(string host)
    {
        var spec = ContainerReadingTests.Read(host);
        var id = new ContainerId("c1");
        var settings = new StandaloneSettings { Asked = $$"""{"Image":"box","HostConfig":{{host}}}""" };
        return new ShownContainer(
            new ContainerState(new ContainerDefinition(id, "name", spec), ContainerPhase.Running),
            new StandaloneContainer(id, settings, TaskState.Running));
    }

    private static JsonFields Fields(string text) => JsonFields.Parse(Encoding.UTF8.GetBytes(text));
}
