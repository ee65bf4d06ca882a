using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>Hosts and daemons die.</summary>
[Collection(ThreeHosts.Name)]
public sealed class DeathTests(ThreeHosts shared)
{
    /// <summary>Within this a node that cannot speak with another would be missed and shut out.</summary>
    private static readonly TimeSpan Judged = TimeSpan.FromSeconds(13);

    private readonly SwarmHosts _hosts = shared.Hosts;

    [Fact]
    public Task Tasks_of_a_host_that_dies_run_elsewhere() => Scenario.RunAsync(_hosts, async scenario =>
    {
        var name = await scenario.RunAsync(Composed.Sleepers("web", 9));
        var dead = _hosts.Others(_hosts.HolderOf(name), _hosts.Placer())[^1];

        await DieAsync(scenario, dead);
    });

    [Fact, Trait("Length", "long")]
    public Task Tasks_of_the_host_that_decides_their_service_run_elsewhere() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var name = await scenario.RunAsync(Composed.Sleepers("web", 9));

            await DieAsync(scenario, _hosts.HolderOf(name));
        });

    [Fact, Trait("Length", "long")]
    public Task Tasks_of_the_host_that_chooses_nodes_run_elsewhere() => Scenario.RunAsync(_hosts, async scenario =>
    {
        await scenario.RunAsync(Composed.Sleepers("web", 9));

        await DieAsync(scenario, _hosts.Placer());
    });

    [Fact, Trait("Length", "long")]
    public Task Tasks_of_the_host_that_coordinates_the_shards_run_elsewhere() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            await scenario.RunAsync(Composed.Sleepers("web", 9));

            await DieAsync(scenario, _hosts.Oldest());
        });

    [Fact]
    public Task Containers_go_on_while_swarmd_alone_is_dead_and_are_adopted() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            await scenario.RunAsync(Composed.Sleepers("web", 9));
            var before = scenario.Living();

            await _hosts[2].KillDaemonAsync();
            _hosts[2].StartDaemon();
            await _hosts[2].ReadyAsync();
            await scenario.UntilSettledAsync();

            Assert.Equal(before.ToHashSet(), scenario.Living().ToHashSet());
        });

    [Fact]
    public Task A_swarmd_that_is_killed_and_started_at_once_is_let_in_and_stays() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            await scenario.RunAsync(Composed.Sleepers("web", 6));
            var before = scenario.Living();
            var ends = _hosts.All.Sum(host => host.Ends);

            foreach (var host in new[] { _hosts.Oldest(), _hosts[2], _hosts[3] })
            {
                await host.KillDaemonAsync();
                host.StartDaemon();
                await host.ReadyAsync();
                await _hosts.UntilAllReachableAsync();
                await Until.StaysAsync(
                    Judged, () => NobodyEnds(ends), () => $"a swarmd ended by itself after {host.Name} was restarted");
            }

            await scenario.UntilSettledAsync();
            Assert.Equal(before.ToHashSet(), scenario.Living().ToHashSet());
        });

    [Fact, Trait("Length", "long")]
    public Task A_swarmd_that_is_told_to_end_hands_over_what_it_decides_and_its_containers_go_on() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var name = await scenario.RunAsync(Composed.Sleepers("web", 6));
            var before = scenario.Living();
            var holder = _hosts.HolderOf(name);

            Assert.Equal(0, await holder.StopDaemonAsync());
            Assert.Equal(before.ToHashSet(), scenario.Living().ToHashSet());
            await scenario.Ledger.ScaleAsync(name, 8);
            Assert.NotEqual(holder, _hosts.HolderOf(name));
            holder.StartDaemon();
            await holder.ReadyAsync();
            await scenario.UntilSettledAsync();

            Assert.Equal(8, scenario.Living().Count);
        });

    [Fact, Trait("Length", "long")]
    public Task With_two_of_three_hosts_dead_the_third_keeps_what_it_runs_and_goes_on_when_one_is_back() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            await scenario.RunAsync(Composed.Sleepers("web", 6));
            var kept = scenario.Living(_hosts[1]);

            await Task.WhenAll(_hosts[2].PowerOffAsync(), _hosts[3].PowerOffAsync());
            await Until.StaysAsync(
                Judged, () => scenario.Living(_hosts[1]).ToHashSet().SetEquals(kept),
                () => "host1 runs something else");
            await _hosts[2].StartAsync();
            await scenario.UntilSettledAsync();

            Assert.Superset(kept.ToHashSet(), scenario.Living(_hosts[1]).ToHashSet());
            Assert.Equal(6, scenario.Living().Count);
        });

    [Fact, Trait("Length", "long")]
    public Task All_swarmd_at_once_are_restarted_and_no_container_is() => Scenario.RunAsync(_hosts, async scenario =>
    {
        await scenario.RunAsync(Composed.Sleepers("web", 9));
        var before = scenario.Living();

        await Task.WhenAll(_hosts.All.Select(host => host.KillDaemonAsync()));
        foreach (var host in _hosts.All) host.StartDaemon();
        await Task.WhenAll(_hosts.All.Select(host => host.ReadyAsync()));
        await scenario.UntilSettledAsync();

        Assert.Equal(before.ToHashSet(), scenario.Living().ToHashSet());
    });

    [Fact, Trait("Length", "long")]
    public Task After_a_power_cut_of_all_hosts_everything_runs_again() => Scenario.RunAsync(_hosts, async scenario =>
    {
        await scenario.RunAsync(Composed.Sleepers("web", 6));
        await scenario.RunAsync(Composed.Sleepers("other", 3));

        await Task.WhenAll(_hosts.All.Select(host => host.PowerOffAsync()));
        await Task.WhenAll(_hosts.All.Select(host => host.StartAsync()));
        await Task.WhenAll(_hosts.All.Select(host => host.ReadyAsync()));
        await scenario.UntilSettledAsync();
    });

    [Fact, Trait("Length", "long")]
    public Task A_swarmd_that_stood_still_stops_what_was_replaced_meanwhile() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var name = await scenario.RunAsync(Composed.Sleepers("web", 6));
            var frozen = _hosts.Others(_hosts.HolderOf(name), _hosts.Placer())[^1];
            var rest = _hosts.Others(frozen);
            var before = scenario.Living(rest);

            await frozen.FreezeDaemonAsync();
            await Until.TrueAsync(() => scenario.Living(rest).Count == 6, () => "its tasks were not replaced");
            await frozen.ThawAsync();
            await scenario.UntilSettledAsync();

            Assert.Superset(before.ToHashSet(), scenario.Living(rest).ToHashSet());
        });

    private bool NobodyEnds(int before)
    {
        _hosts.RestartEndedDaemons();
        return _hosts.All.Sum(host => host.Ends) == before;
    }

    /// <summary>Afterwards all runs on the others, where no container was touched, also when the host is
    /// back.</summary>
    private async Task DieAsync(Scenario scenario, SwarmHost dead)
    {
        var rest = _hosts.Others(dead);
        var before = scenario.Living(rest);

        await dead.PowerOffAsync();
        await scenario.UntilSettledAsync();
        var replaced = scenario.Living();
        Assert.Superset(before.ToHashSet(), replaced.ToHashSet());

        // It starts its containers anew, as after a power cut; those that run elsewhere by now are not touched.
        await dead.StartAsync();
        await dead.ReadyAsync();
        await _hosts.UntilAllReachableAsync();
        await scenario.UntilSettledAsync();
        Assert.Equal(replaced.ToHashSet(), scenario.Living().ToHashSet());
    }
}
