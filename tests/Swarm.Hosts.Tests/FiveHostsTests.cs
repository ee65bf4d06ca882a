using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>Five hosts, of which the fifth comes later.</summary>
public sealed class FiveHostsTests
{
    [Fact, Trait("Length", "long")]
    public async Task A_host_joins_and_gets_tasks_and_two_may_die_at_once()
    {
        await using var hosts = await SwarmHosts.StartAsync(new HostsOptions { Count = 4 });
        await Scenario.RunAsync(hosts, async scenario =>
        {
            var name = await scenario.RunAsync(Composed.Sleepers("web", 8));
            var before = scenario.Living();

            var joined = hosts.Add();
            await joined.StartAsync();
            await SwarmHosts.WelcomeAsync(joined);
            await hosts.UntilAllReachableAsync();
            await scenario.Ledger.ScaleAsync(name, 15);
            await scenario.UntilSettledAsync();
            Assert.Superset(before.ToHashSet(), scenario.Living().ToHashSet());
            Assert.Equal(3, joined.Containers().Count);

            var dead = new[] { hosts.HolderOf(name), joined }.Concat(hosts.All).Distinct().Take(2).ToList();
            var rest = scenario.Living(hosts.Others(dead));
            await Task.WhenAll(dead.Select(host => host.PowerOffAsync()));
            await scenario.UntilSettledAsync();
            Assert.Superset(rest.ToHashSet(), scenario.Living().ToHashSet());
        });
    }
}
