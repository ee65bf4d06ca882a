using Swarm.Core.Services;

namespace Swarm.Daemon.Tests.Services;

/// <summary>Containers go on without swarmd, and it finds them again.</summary>
public sealed class OutlivingTests
{
    [Fact]
    public async Task Killed_swarmd_finds_the_same_processes_mounts_and_networks_and_the_port_answers_all_the_while()
    {
        await using var node = await TestNode.StartAsync();
        var port = TestNode.FreePort();
        var before = await node.RunAsync(Composed.Web(port, replicas: 3));
        Assert.StartsWith("one ", await node.FetchAsync(port), StringComparison.Ordinal);
        // A moment without a health check, which is a process too.
        var traces = await node.UntilTracesAsync(now => now.Programs.Count == 3);
        Assert.Equal(
            [3, 3, 3, 3],
            [traces.Containers().Count, traces.Monitors.Count, traces.Roots.Count, traces.Networks.Count]);

        await node.Daemon.KillAsync();
        Assert.StartsWith("one ", await node.FetchAsync(port), StringComparison.Ordinal);
        await node.Daemon.StartAsync();

        var after = await node.UntilAsync(before.Spec.Name, service => ServiceLifeTests.Running(service) == 3);
        Assert.Equal(Seen(before), Seen(after));
        Assert.Equal(before.Id, after.Id);
        await node.UntilTracesAsync(now => now.All().SequenceEqual(traces.All()));
        Assert.StartsWith("one ", await node.FetchAsync(port), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exit_codes_of_those_that_ended_without_swarmd_are_kept()
    {
        await using var node = await TestNode.StartAsync();
        var folder = Directory.CreateTempSubdirectory("swdgate");
        try
        {
            var spec = await node.DeployAsync(Composed.Gated(folder.FullName, exitCode: 7, restart: "none"));
            var running = await node.UntilAsync(spec.Name, service => ServiceLifeTests.Running(service) == 1);
            await node.Daemon.KillAsync();
            await File.WriteAllTextAsync($"{folder.FullName}/gate", "");
            await node.UntilTracesAsync(traces => traces.Programs.Count == 0);

            await node.Daemon.StartAsync();
            var ended = await node.UntilAsync(
                spec.Name, service => service.Tasks.Any(task => task.State == TaskState.Failed));

            var task = Assert.Single(ended.Tasks);
            Assert.Equal(running.Tasks.Single().Id, task.Id);
            Assert.Equal(7, task.Container!.ExitCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Asked_to_stop_swarmd_leaves_its_containers()
    {
        await using var node = await TestNode.StartAsync();
        var service = await node.RunAsync(Composed.Sleepers(2));
        var traces = node.Traces();

        Assert.Equal(0, await node.Daemon.StopAsync());
        Assert.Equal(traces.All(), node.Traces().All());
        await node.Daemon.StartAsync();

        var after = await node.UntilAsync(service.Spec.Name, now => ServiceLifeTests.Running(now) == 2);
        Assert.Equal(Seen(service), Seen(after));
        Assert.Equal(traces.All(), node.Traces().All());
    }

    [Fact]
    public async Task Two_nodes_on_one_host_leave_each_others_services_alone()
    {
        await using var one = await TestNode.StartAsync();
        await using var other = await TestNode.StartAsync();
        var (onePort, otherPort) = (TestNode.FreePort(), TestNode.FreePort());
        var service = await one.RunAsync(Composed.Web(onePort, replicas: 1, "first"));
        await other.RunAsync(Composed.Web(otherPort, replicas: 1, "second"));
        Assert.StartsWith("first ", await one.FetchAsync(onePort), StringComparison.Ordinal);
        Assert.StartsWith("second ", await other.FetchAsync(otherPort), StringComparison.Ordinal);

        await one.RemoveAsync(service.Spec.Name);
        await one.Daemon.StopAsync();
        await one.Daemon.RunAsync("--destroy");

        Assert.StartsWith("second ", await other.FetchAsync(otherPort), StringComparison.Ordinal);
        Assert.Single(other.Traces().Containers());
        await Assert.ThrowsAsync<HttpRequestException>(() => one.FetchAsync(onePort));
    }

    private static string[] Seen(ServiceDetails service) => [.. service.Tasks
        .Select(task => $"{task.Id} {task.Container!.Id} {task.Container.StartedAt:O} {task.Container.Restarts} "
            + task.Container.Addresses[0])
        .Order(StringComparer.Ordinal)];
}
