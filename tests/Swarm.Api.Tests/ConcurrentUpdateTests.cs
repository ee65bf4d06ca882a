using System.Net;
using System.Text.Json;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Api.Tests;

/// <summary>Several who change a container at a time.</summary>
public sealed class ConcurrentUpdateTests
{
    private static readonly ContainerId Id = new(new string('a', 64));

    [Fact]
    public async Task None_of_several_changes_at_a_time_is_lost()
    {
        await using var node = await StartAsync();
        var slow = new TaskCompletionSource();
        node.Engine.Limits.Slowness = slow.Task;

        var first = UpdateAsync(node, """{"PidsLimit":77}""");
        await node.Engine.Limits.Reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var second = UpdateAsync(node, """{"CpuShares":512}""");
        await Task.WhenAny(second, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System));
        slow.SetResult();

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], await Task.WhenAll(first, second));
        Assert.Equal("77 512", AskedOf(node));
        var limits = node.Engine.Containers[0].Definition.Spec.Limits;
        Assert.Equal((77, 512), (limits.Pids, limits.CpuShares));
    }

    [Fact]
    public async Task Limits_that_could_not_be_kept_do_not_hold()
    {
        await using var node = await StartAsync();
        node.Answer = _ => new StandaloneAnswer.Refused(ContainerFault.Host, "no space left on device");

        Assert.Equal(HttpStatusCode.InternalServerError, await UpdateAsync(node, """{"PidsLimit":77}"""));

        Assert.Equal([77, 5], node.Engine.Limits.Set.Select(limits => limits.Pids));
        Assert.Equal("5 0", AskedOf(node));
    }

    [Fact]
    public async Task Who_goes_away_in_the_middle_of_a_change_leaves_it_whole()
    {
        await using var node = await StartAsync();
        var slow = new TaskCompletionSource();
        node.Engine.Limits.Slowness = slow.Task;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var leaving = new CancellationTokenSource();

        var update = UpdateAsync(node, """{"PidsLimit":77}""", leaving.Token);
        await node.Engine.Limits.Reached.Task.WaitAsync(patience.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => update);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, patience.Token);
        slow.SetResult();

        while (AskedOf(node) != "77 0")
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
    }

    private static async Task<ServedNode> StartAsync()
    {
        var node = await ServedNode.StartAsync();
        node.Settings[Id] = new StandaloneSettings { Asked = """{"Image":"box","HostConfig":{"PidsLimit":5}}""" };
        node.Engine.Containers.Add(new ContainerState(
            new ContainerDefinition(
                Id, "a", new ContainerSpec { Image = "box", Limits = ResourceLimits.None with { Pids = 5 } }),
            ContainerPhase.Running));
        node.Answer = command =>
        {
            if (command is ChangeStandalone change) node.Settings[Id] = change.Settings;
            return new StandaloneAnswer.Done(Changed: true);
        };
        return node;
    }

    private static async Task<HttpStatusCode> UpdateAsync(
        ServedNode node, string changes, CancellationToken cancellation = default)
    {
        using var body = new StringContent(changes);
        var answer = await node.Client.PostAsync($"/containers/{Id}/update", body, cancellation);
        return answer.StatusCode;
    }

    /// <summary>The limit of processes, and the shares, as they are shown.</summary>
    private static string AskedOf(ServedNode node)
    {
        using var asked = JsonDocument.Parse(node.Settings[Id].Asked);
        var host = asked.RootElement.GetProperty("HostConfig");
        long Number(string name) => host.TryGetProperty(name, out var value) ? value.GetInt64() : 0;
        return $"{Number("PidsLimit")} {Number("CpuShares")}";
    }
}
