using System.Collections.Immutable;
using Swarm.Client;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Services;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>Where tasks go, and that they go elsewhere when it is better.</summary>
[Collection(ThreeHosts.Name)]
public sealed class BalanceTests(ThreeHosts shared)
{
    [Fact]
    public Task A_drained_host_that_is_active_again_gets_its_part_when_it_is_asked_for() =>
        Scenario.RunAsync(shared.Hosts, async scenario =>
        {
            var name = await scenario.RunAsync(Composed.Sleepers("drained", 6));
            await DrainAndActivateAsync(scenario, name);

            var dry = await scenario.Hosts.Client.RebalanceAsync("default", dryRun: true);
            await SpreadAsync(scenario, name, counts => counts is [3, 3, 0]);
            var plan = await scenario.Hosts.Client.RebalanceAsync("default", dryRun: false);

            Assert.Equal(dry.Moves.Select(move => move.Task), plan.Moves.Select(move => move.Task));
            await SpreadAsync(scenario, name, counts => counts.All(count => count == 2));
        });

    [Fact]
    public Task A_service_that_allows_it_is_evened_out_by_itself_when_a_host_is_active_again() =>
        Scenario.RunAsync(shared.Hosts, async scenario =>
        {
            var spec = Ledger.Read(Composed.Sleepers("willing", 6)) with { RebalancesItself = true };
            var name = await scenario.Ledger.DeployAsync(spec);
            await scenario.UntilSettledAsync();

            await DrainAndActivateAsync(scenario, name);

            await SpreadAsync(scenario, name, counts => counts.All(count => count == 2));
        });

    [Fact]
    public Task A_drained_host_gives_its_tasks_away_before_it_stops_them_where_the_service_asks_for_that() =>
        Scenario.RunAsync(shared.Hosts, async scenario =>
        {
            var name = await scenario.RunAsync(
                Composed.Sleepers("drained", 6, "update_config: { order: start-first, parallelism: 1 }"));
            var before = scenario.Living();
            var node = await NodeOfAsync(scenario, host: 3);
            var client = scenario.Hosts.Client;
            var least = int.MaxValue;

            await client.UpdateNodeAsync(node, new NodeChange { Availability = NodeAvailability.Drain });
            await SpreadAsync(scenario, name, counts =>
            {
                least = Math.Min(least, scenario.Living().Count);
                return counts[2] == 0 && counts.Sum() == 6;
            });
            await Until.TrueAsync(() => scenario.Hosts[3].Containers().Count == 0, () => "some are left on host3");

            Assert.True(least >= 6, $"only {least} ran");
            Assert.Superset(
                before.Where(one => one.Host != scenario.Hosts[3].Name).ToHashSet(), scenario.Living().ToHashSet());
            await client.UpdateNodeAsync(node, new NodeChange { Availability = NodeAvailability.Active });
        });

    [Fact]
    public Task A_label_set_in_the_cluster_lets_a_waiting_service_run_and_another_one_near_it() =>
        Scenario.RunAsync(shared.Hosts, async scenario =>
        {
            var client = scenario.Hosts.Client;
            var rules = new PlacementRules { Constraints = ["node.labels.rank >= 7"] };
            var spec = Ledger.Read(Composed.Sleepers("ranked", 2)) with { Placement = rules };
            await client.DeployAsync(spec);
            var waiting = await scenario.UntilAsync(
                spec.Name, service => service.Tasks.All(task => task.Reason.Length > 0));
            Assert.Equal("0 of 3 nodes: 3 fail node.labels.rank>=7", waiting.Tasks[0].Reason);

            var node = await NodeOfAsync(scenario, host: 2);
            await client.UpdateNodeAsync(node, new NodeChange { SetLabels = NoLabels.Add("rank", "10") });
            await SpreadAsync(scenario, spec.Name, counts => counts[1] == 2);
            var near = Ledger.Read(Composed.Sleepers("api", 1)) with
            {
                Placement = new PlacementRules { Affinities = [new ServiceAffinity(spec.Name, true, true)] },
            };
            await client.DeployAsync(near);
            await SpreadAsync(scenario, near.Name, counts => counts[1] == 1);

            await client.UpdateNodeAsync(node, new NodeChange { RemoveLabels = ["rank"] });
            await client.RemoveAsync(near.Name);
            await client.RemoveAsync(spec.Name);
        });

    private static ImmutableSortedDictionary<string, string> NoLabels =>
        NodeSettings.Default.Labels;

    private static async Task DrainAndActivateAsync(Scenario scenario, ServiceName name)
    {
        var node = await NodeOfAsync(scenario, host: 3);
        var client = scenario.Hosts.Client;
        await client.UpdateNodeAsync(node, new NodeChange { Availability = NodeAvailability.Drain });
        await SpreadAsync(scenario, name, counts => counts[2] == 0 && counts.Sum() == 6);
        await client.UpdateNodeAsync(node, new NodeChange { Availability = NodeAvailability.Active });
    }

    private static async Task<NodeId> NodeOfAsync(Scenario scenario, int host) =>
        (await NodesAsync(scenario)).Single(node => node.Value == scenario.Hosts[host].Name).Key;

    private static async Task<Dictionary<NodeId, string>> NodesAsync(Scenario scenario) =>
        (await scenario.Hosts.Client.GetNodesAsync()).ToDictionary(node => node.Node.Id, node => node.Node.Name);

    /// <summary>Waits until the running tasks stand on the hosts, in their order, as told.</summary>
    private static async Task SpreadAsync(Scenario scenario, ServiceName name, Func<int[], bool> isSo)
    {
        var nodes = await NodesAsync(scenario);
        await scenario.UntilAsync(name, service => isSo(
        [
            .. scenario.Hosts.All.Select(host => service.Tasks.Count(task =>
                task is { Node: { } node, State: TaskState.Running, Desired: TaskState.Running }
                && nodes[node] == host.Name)),
        ]));
    }
}
