using System.Globalization;
using Swarm.Client;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Services;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>On which hosts tasks go, as Compose files and operators ask for.</summary>
[Collection(ThreeHosts.Name)]
[Trait("Length", "long")]
public sealed class PlacementTests(ThreeHosts shared)
{
    private readonly SwarmHosts _hosts = shared.Hosts;

    [Fact]
    public Task Each_operator_of_constraints_chooses_its_hosts() =>
        Scenario.RunAsync(_hosts, scenario => WithLabelsAsync(async () =>
        {
            (string Constraint, string Hosts)[] all =
            [
                ("node.hostname == host2", "host2"),
                ("node.hostname != host2", "host1 host3"),
                ($"node.id == {_hosts[3].NodeId}", "host3"),
                ("node.platform.os == linux", "host1 host2 host3"),
                ("node.labels.zone in (a, c)", "host1 host2"),
                ("node.labels.zone not in (a, c)", "host3"),
                ("node.labels.rank > 3", "host2 host3"),
                ("node.labels.rank <= 5", "host1 host2"),
                ("node.labels.zone matches [b-z]+", "host3"),
                ("node.labels.disk exists", "host1"),
                ("node.labels.disk not exists", "host2 host3"),
            ];
            var names = await Task.WhenAll(all.Select((one, at) => scenario.Ledger.DeployAsync(Composed.One(
                string.Create(CultureInfo.InvariantCulture, $"of{at}"), "exec sleep 100000", "mode: global",
                $"placement: {{ constraints: ['{one.Constraint}'] }}"))));
            await scenario.UntilSettledAsync();

            foreach (var (name, (constraint, hosts)) in names.Zip(all))
            {
                await scenario.UntilAsync(name, service => Hosts(service) == hosts);
                Assert.Equal((constraint, hosts), (constraint, Hosts(await _hosts.Client.GetServiceAsync(name))));
            }
        }));

    [Fact]
    public Task Binpack_keeps_to_one_host_and_a_preference_fills_zones_evenly() =>
        Scenario.RunAsync(_hosts, scenario => WithLabelsAsync(async () =>
        {
            var packed = await scenario.RunAsync(
                Composed.Sleepers("packed", 5) + "\n    x-swarm: { strategy: binpack }");
            var even = await scenario.RunAsync(Composed.Sleepers(
                "even", 4, "placement: { preferences: [{ spread: node.labels.zone }] }"));

            Assert.Single((await _hosts.Client.GetServiceAsync(packed)).Tasks.Where(Runs).Select(Host).Distinct());
            Assert.Equal(
                "host1 host2 host3 host3", Hosts(await _hosts.Client.GetServiceAsync(even)));
        }));

    [Fact]
    public Task What_is_kept_back_for_the_system_is_given_to_no_task_until_it_is_let_go() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var (client, node) = (_hosts.Client, _hosts[3].NodeId);
            var all = new Bytes((await NodeAsync()).Capacity.Memory.Value * 2);
            await client.UpdateNodeAsync(
                node, new NodeChange { SystemReserved = new Resources(MilliCpu.Zero, all) });
            await Until.TrueAsync(
                async () => (await NodeAsync()).Capacity.Memory == default, () => "the node has memory left for tasks");
            var spec = Ledger.Read(Composed.Sleepers(
                "kept", 3, "placement: { max_replicas_per_node: 1 }",
                "resources: { reservations: { memory: 64M } }"));
            await scenario.Ledger.DeployAsync(spec);

            var waiting = await scenario.UntilAsync(
                spec.Name, service => service.Tasks.Count(Runs) == 2 && service.Tasks.Any(Waits));
            Assert.Equal("host1 host2", Hosts(waiting));
            Assert.Contains(
                "1 short of memory (asked ", waiting.Tasks.Single(Waits).Reason, StringComparison.Ordinal);

            await client.UpdateNodeAsync(node, new NodeChange { ClearSystemReserved = true });
            await scenario.UntilSettledAsync();
            Assert.Equal("host1 host2 host3", Hosts(await client.GetServiceAsync(spec.Name)));

            async Task<NodeDescription> NodeAsync() =>
                (await client.GetNodesAsync()).Single(one => one.Node.Id == node).Node;
        });

    [Fact]
    public Task A_drained_host_leaves_as_many_running_as_its_service_is_to_have_at_least() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var name = await scenario.RunAsync(
                Composed.Sleepers("least", 6, "update_config: { parallelism: 6 }")
                + "\n    x-swarm: { min-running: 6 }");
            var (client, node, least) = (_hosts.Client, _hosts[3].NodeId, int.MaxValue);

            await client.UpdateNodeAsync(node, new NodeChange { Availability = NodeAvailability.Drain });
            await scenario.UntilAsync(name, service =>
            {
                least = Math.Min(least, scenario.Living().Count);
                return Hosts(service) == "host1 host1 host1 host2 host2 host2";
            });
            await scenario.UntilSettledAsync();

            Assert.True(least >= 6, $"only {least} ran");
            await client.UpdateNodeAsync(node, new NodeChange { Availability = NodeAvailability.Active });
        });

    private async Task WithLabelsAsync(Func<Task> story)
    {
        (string Zone, string Rank)[] labels = [("a", "1"), ("a", "5"), ("b", "10")];
        var client = _hosts.Client;
        foreach (var (host, (zone, rank)) in _hosts.All.Zip(labels))
        {
            await client.UpdateNodeAsync(host.NodeId, new NodeChange
            {
                SetLabels = NodeSettings.Default.Labels.Add("zone", zone).Add("rank", rank),
            });
        }

        await client.UpdateNodeAsync(
            _hosts[1].NodeId, new NodeChange { SetLabels = NodeSettings.Default.Labels.Add("disk", "ssd") });
        try
        {
            await story();
        }
        finally
        {
            foreach (var host in _hosts.All)
            {
                await client.UpdateNodeAsync(
                    host.NodeId, new NodeChange { RemoveLabels = ["zone", "rank", "disk"] });
            }
        }
    }

    /// <summary>The hosts of all tasks that run, each as often as it has one.</summary>
    private string Hosts(ServiceDetails service) => string.Join(' ', service.Tasks.Where(Runs).Select(Host).Order());

    private string Host(ServiceTask task) => _hosts.All.Single(host => host.NodeId == task.Node).Name;

    private static bool Runs(ServiceTask task) =>
        task is { State: TaskState.Running, Desired: TaskState.Running };

    private static bool Waits(ServiceTask task) =>
        task is { Node: null, Desired: TaskState.Running, Reason.Length: > 0 };
}
