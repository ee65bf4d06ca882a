using Swarm.Core;
using Swarm.Core.Services;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>Services that want as much as all hosts have.</summary>
[Collection(ThreeHosts.Name)]
[Trait("Length", "long")]
public sealed class RoomTests(ThreeHosts shared)
{
    private readonly SwarmHosts _hosts = shared.Hosts;

    [Fact]
    public Task What_fits_nowhere_after_a_host_has_died_waits_and_says_why_and_runs_when_the_host_is_back() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var nodes = await _hosts.Client.GetNodesAsync();
            var half = new Bytes(nodes.Min(node => node.Node.Capacity.Memory.Value) / 2);
            var name = await scenario.Ledger.DeployAsync(Ledger.Read(Composed.Sleepers("half", 6)) with
            {
                Reservations = new Resources(MilliCpu.Zero, half),
            });
            await scenario.UntilSettledAsync();
            Assert.Equal([2, 2, 2], scenario.Living().CountBy(one => one.Host).Select(count => count.Value));

            var dead = _hosts[3];
            await dead.PowerOffAsync();
            var waiting = await scenario.UntilAsync(name, service => service.Tasks.Count(Waits) == 2);
            Assert.All(waiting.Tasks.Where(Waits), task => Assert.Contains(
                "short of memory (asked ", task.Reason, StringComparison.Ordinal));
            Assert.Equal(4, scenario.Living(_hosts.Others(dead)).Count);

            await dead.StartAsync();
            await dead.ReadyAsync();
            await scenario.UntilSettledAsync();
            Assert.Equal([2, 2, 2], scenario.Living().CountBy(one => one.Host).Select(count => count.Value));
        });

    [Fact]
    public Task A_port_of_the_hosts_is_taken_once_on_each_and_one_task_more_waits_for_it() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var spec = Ledger.Read(
                Composed.Sleepers("port", 4) + "\n    ports: [{ target: 80, published: 8099, mode: host }]");
            await _hosts.Client.DeployAsync(spec);

            var waiting = await scenario.UntilAsync(
                spec.Name, service => service.Tasks.Count(Runs) == 3 && service.Tasks.Count(Waits) == 1);

            Assert.Equal("0 of 3 nodes: 3 have port 8099/tcp in use", waiting.Tasks.Single(Waits).Reason);
            Assert.Equal(3, waiting.Tasks.Where(Runs).Select(task => task.Node).Distinct().Count());
            await _hosts.Client.RemoveAsync(spec.Name);
        });

    private static bool Waits(ServiceTask task) =>
        task is { Node: null, Desired: TaskState.Running, Reason.Length: > 0 };

    private static bool Runs(ServiceTask task) =>
        task is { State: TaskState.Running, Desired: TaskState.Running };
}
