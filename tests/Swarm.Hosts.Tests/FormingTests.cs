using Swarm.Core.Services;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

[Collection(ThreeHosts.Name)]
public sealed class FormingTests(ThreeHosts shared)
{
    [Fact]
    public Task Thirty_replicas_are_spread_over_three_hosts() => Scenario.RunAsync(shared.Hosts, async scenario =>
    {
        await scenario.RunAsync(Composed.Sleepers("web", 30));

        Assert.Equal([10, 10, 10], scenario.Living().CountBy(one => one.Host).Select(count => count.Value));
    });

    [Fact]
    public Task A_service_is_scaled_and_removed_through_any_host() => Scenario.RunAsync(shared.Hosts, async scenario =>
    {
        var name = await scenario.RunAsync(Composed.Sleepers("web", 3));
        foreach (var host in scenario.Hosts.All)
        {
            await using var client = SwarmHosts.Connect(host);
            Assert.Equal(new ServiceMode.Replicated(3), (await client.GetServiceAsync(name)).Spec.Mode);
        }

        await scenario.Ledger.ScaleAsync(name, 6);
        await scenario.UntilSettledAsync();
        await scenario.Ledger.ScaleAsync(name, 1);
        await scenario.UntilSettledAsync();
    });
}
