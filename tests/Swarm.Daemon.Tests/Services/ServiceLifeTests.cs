using Swarm.Core.Services;

namespace Swarm.Daemon.Tests.Services;

/// <summary>A service from its Compose text to its removal.</summary>
public sealed class ServiceLifeTests
{
    [Fact]
    public async Task A_service_is_reached_scaled_and_removed_without_a_trace()
    {
        await using var node = await TestNode.StartAsync();
        var port = TestNode.FreePort();
        var service = await node.RunAsync(Composed.Web(port, replicas: 2));

        Assert.StartsWith("one ", await node.FetchAsync(port), StringComparison.Ordinal);
        Assert.Equal(2, node.Traces().Containers().Count);
        var shown = await node.Daemon.GetAsync($"/containers/{service.Tasks[0].Container!.Id.Value}/json");
        Assert.Contains("\"Running\":true", shown, StringComparison.Ordinal);

        await node.Client.ScaleAsync(service.Spec.Name, 4);
        await node.UntilAsync(service.Spec.Name, now => Running(now) == 4);
        Assert.Equal(4, node.Traces().Containers().Count);

        await node.Client.ScaleAsync(service.Spec.Name, 1);
        await node.UntilTracesAsync(traces => traces.Containers().Count == 1 && traces.Roots.Count == 1);
        Assert.StartsWith("one ", await node.FetchAsync(port), StringComparison.Ordinal);

        await node.RemoveAsync(service.Spec.Name);
        Assert.Empty(node.Traces().All());
        await Assert.ThrowsAsync<HttpRequestException>(() => node.FetchAsync(port));
    }

    [Theory]
    [InlineData("start-first")]
    [InlineData("stop-first")]
    public async Task While_a_service_is_updated_its_port_always_answers(string order)
    {
        await using var node = await TestNode.StartAsync();
        var port = TestNode.FreePort();
        await node.RunAsync(Composed.Web(port, replicas: 2, order: order));
        Assert.StartsWith("one ", await node.FetchAsync(port), StringComparison.Ordinal);

        var spec = await node.DeployAsync(Composed.Web(port, replicas: 2, "two", order));
        var answers = new List<string>();
        var updated = await node.UntilAsync(spec.Name, service =>
        {
            answers.Add(node.FetchAsync(port).GetAwaiter().GetResult());
            return service.Update.Phase == UpdatePhase.Completed;
        });

        Assert.Equal(2, Running(updated));
        Assert.All(
            updated.Tasks.Where(task => task.State == TaskState.Running), task => Assert.Equal(2, task.SpecVersion));
        Assert.StartsWith("two ", await node.FetchAsync(port), StringComparison.Ordinal);
        Assert.Contains(answers, answer => answer.StartsWith("one ", StringComparison.Ordinal));
        await node.UntilTracesAsync(traces => traces.Containers().Count == 2);
    }

    internal static int Running(ServiceDetails service) =>
        service.Tasks.Count(task => task is { State: TaskState.Running, Desired: TaskState.Running });
}
