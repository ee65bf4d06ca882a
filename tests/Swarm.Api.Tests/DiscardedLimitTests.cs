using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Swarm.Api.Containers;
using Swarm.Api.Http;
using Swarm.Api.Nodes;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Api.Tests;

public sealed class DiscardedLimitTests
{
    private const string Weighed = """{"BlkioWeight":300,"BlkioWeightDevice":[{"Path":"/dev/sda","Weight":300}]}""";

    private const string WithMemory = """{"Memory":10000000,"MemorySwappiness":7}""";

    private static readonly NodeFacts Node = new(
        new NodeId("node1"), "alpha", "0.1.0", "/data", "6.1", "amd64", 4, Bytes.Zero, 2,
        ImmutableSortedDictionary<string, string>.Empty);

    [Fact]
    public void What_the_kernel_does_not_know_is_told_in_Dockers_words_and_is_zero_from_then_on()
    {
        Assert.Equal(
            [
                "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.",
                "Your kernel does not support Block I/O weight_device or the cgroup is not mounted. "
                    + "Weight-device discarded.",
            ],
            TakeOut(Weighed, Node, """{"BlkioWeight":0,"BlkioWeightDevice":[]}"""));
        Assert.Equal(
            [
                "Your kernel does not support swap limit capabilities or the cgroup is not mounted. "
                    + "Memory limited without swap.",
                "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. "
                    + "Memory swappiness discarded.",
            ],
            TakeOut(WithMemory, Node, """{"Memory":10000000,"MemorySwappiness":null,"MemorySwap":-1}"""));
    }

    [Fact]
    public void What_it_knows_or_what_is_none_stays()
    {
        Assert.Empty(TakeOut(Weighed, Node with { WeighsBlocks = true, WeighsDevices = true }, Weighed));
        Assert.Empty(TakeOut(WithMemory, Node with { CountsSwap = true, KnowsSwappiness = true }, WithMemory));
        const string unbound = """{"Memory":10000000,"MemorySwap":-1,"MemorySwappiness":-1,"BlkioWeight":0}""";
        Assert.Empty(TakeOut(unbound, Node, unbound));
        Assert.Empty(TakeOut("{}", Node, "{}"));
    }

    [Theory]
    [InlineData("""{"OomKillDisable":true}""", true)]
    [InlineData("""{"OomKillDisable":true,"Memory":10000000,"MemorySwap":-1}""", false)]
    [InlineData("""{"OomKillDisable":false}""", false)]
    public void Who_keeps_processes_from_being_killed_without_a_limit_of_memory_is_warned(string host, bool isWarned)
    {
        var told = TakeOut(host, Node, host);

        if (isWarned) Assert.StartsWith("OOM killer is disabled for the", told.Single(), StringComparison.Ordinal);
        else Assert.Empty(told);
    }

    [Fact]
    public async Task It_is_not_kept_with_the_container_that_is_made()
    {
        await using var node = await ServedNode.StartAsync();
        node.Store.Add("box"u8, "box:1");

        var answer = await node.Client.PostAsync(
            "/containers/create", Json("""{"Image":"box:1","HostConfig":{"blkioweight":300}}"""));

        Assert.Equal(["Weight discarded."], await WarningsAsync(answer));
        var made = Assert.Single(node.Asked.OfType<CreateStandalone>());
        Assert.Equal(0, made.Definition.Spec.Limits.BlockWeight);
        Assert.Equal(0, JsonNode.Parse(made.Settings.Asked)!["HostConfig"]!["BlkioWeight"]!.GetValue<int>());
    }

    [Fact]
    public async Task It_changes_nothing_and_is_told_at_the_update_that_asks_for_it_alone()
    {
        await using var node = await ServedNode.StartAsync();
        var id = new ContainerId(new string('a', 64));
        var settings = new StandaloneSettings { Asked = """{"Image":"box","HostConfig":{}}""" };
        node.Engine.Containers.Add(new ContainerState(
            new ContainerDefinition(id, "a", new ContainerSpec { Image = "box" }), ContainerPhase.Running));
        node.Settings[id] = settings;

        var weighed = await node.Client.PostAsync($"/containers/{id}/update", Json("""{"blkioWeight":300}"""));
        var restarted = await node.Client.PostAsync(
            $"/containers/{id}/update", Json("""{"RestartPolicy":{"Name":"always"}}"""));

        Assert.Equal(["Weight discarded."], await WarningsAsync(weighed));
        Assert.Empty(await WarningsAsync(restarted));
        Assert.All(
            node.Asked.OfType<ChangeStandalone>(),
            change => Assert.DoesNotContain("300", change.Settings.Asked, StringComparison.Ordinal));
    }

    private static string[] TakeOut(string host, NodeFacts node, string left)
    {
        var fields = JsonFields.Parse(Encoding.UTF8.GetBytes(host));
        var told = DiscardedLimits.TakeOut(fields, node);
        Assert.Equal(left, fields.Node.ToJsonString());
        return [.. told];
    }

    /// <summary>The last sentence of each.</summary>
    private static async Task<string[]> WarningsAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.IsSuccessStatusCode, answer.StatusCode.ToString());
        var warnings = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["Warnings"]!.AsArray();
        return [.. warnings.Select(one => one!.GetValue<string>().Split(". ")[^1])];
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
