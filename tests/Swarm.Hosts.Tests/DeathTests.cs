using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>Hosts and daemons die.</summary>
[Collection(ThreeHosts.Name)]
public sealed class DeathTests(ThreeHosts shared)
{
    [Fact]
    public Task Containers_go_on_while_swarmd_alone_is_dead_and_are_adopted() =>
        Scenario.RunAsync(shared.Hosts, async scenario =>
        {
            await scenario.RunAsync(Composed.Sleepers("web", 9));
            var before = scenario.Living();

            await scenario.Hosts[2].KillDaemonAsync();
            scenario.Hosts[2].StartDaemon();
            await scenario.Hosts[2].ReadyAsync();
            await scenario.UntilSettledAsync();

            Assert.Equal(before.ToHashSet(), scenario.Living().ToHashSet());
        });
}
