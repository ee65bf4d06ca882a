using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core;
using Swarm.Runtime.Names;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Names;

public sealed class ResolvingPlaneTests
{
    private static readonly ContainerId Container = new(new string('a', 64));

    [Theory]
    [InlineData("red", false, true)]
    [InlineData("bridge", false, false)]
    [InlineData("bridge", true, true)]
    public async Task A_container_has_a_name_server_where_names_are_resolved_or_no_other_can_be_reached(
        string network, bool lacksServers, bool expected)
    {
        var servers = new FakeServers();
        var plane = Over(network, servers, lacksServers, isLedHere: false);

        await plane.AttachAsync(Container, new NetworkWish([], []), default);

        Assert.Equal(expected, servers.IsOpen);
    }

    [Theory]
    [InlineData("red", false, true)]
    [InlineData("bridge", false, false)]
    [InlineData("bridge", true, true)]
    public async Task One_that_was_led_to_its_name_server_finds_it_again_whatever_the_host_asks_by_now(
        string network, bool isLedHere, bool expected)
    {
        var servers = new FakeServers();

        await Over(network, servers, lacksServers: !isLedHere, isLedHere)
            .OpenAsync(new HashSet<ContainerId> { Container }, default);

        Assert.Equal(expected, servers.IsOpen);
    }

    private static ResolvingNetworkPlane Over(string network, FakeServers servers, bool lacksServers, bool isLedHere) =>
        new(new FakePlane(network), servers, () => lacksServers, _ => isLedHere, NullLogger.Instance);

    private sealed class FakeServers : INameServers
    {
        public bool IsOpen { get; private set; }

        public Task OpenAsync(ContainerId container, string namespacePath, CancellationToken cancellation)
        {
            IsOpen = true;
            return Task.CompletedTask;
        }

        public Task CloseAsync(ContainerId container)
        {
            IsOpen = false;
            return Task.CompletedTask;
        }
    }
}
