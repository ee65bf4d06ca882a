using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>Hosts are away for longer than they are waited for.</summary>
[Collection(ThreeHosts.Name)]
[Trait("Length", "long")]
public sealed class AbsenceTests(ThreeHosts shared)
{
    /// <summary>Longer than it takes to shut a host out of the cluster.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(12);

    private readonly SwarmHosts _hosts = shared.Hosts;

    [Fact]
    public Task A_host_that_stood_still_with_all_that_runs_on_it_gives_up_what_is_too_much_when_it_goes_on() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            await scenario.RunAsync(Composed.Sleepers("web", 9));
            var (frozen, rest) = (_hosts[2], _hosts.Others(_hosts[2]));
            var before = scenario.Living(rest);

            await frozen.FreezeAsync();
            await Until.TrueAsync(() => scenario.Living(rest).Count == 9, () => "its tasks were not replaced");
            await Until.StaysAsync(
                Absence, () => scenario.Living(rest).Count == 9, () => $"{scenario.Living(rest).Count} live elsewhere");
            await frozen.ThawAsync();
            await _hosts.UntilAllReachableAsync();
            await scenario.UntilSettledAsync();

            Assert.Superset(before.ToHashSet(), scenario.Living(rest).ToHashSet());
        });

    [Fact]
    public Task A_service_that_is_removed_while_the_host_that_decides_it_dies_leaves_nothing() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var name = await scenario.RunAsync(Composed.Sleepers("web", 6));
            var dead = _hosts.HolderOf(name);

            var removing = scenario.Ledger.RemoveAsync(name);
            await dead.PowerOffAsync();
            await removing;
            await scenario.UntilSettledAsync();
            await dead.StartAsync();
            await dead.ReadyAsync();
            await _hosts.UntilAllReachableAsync();
        });
}
