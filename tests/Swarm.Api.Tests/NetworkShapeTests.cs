using System.Text.Json.Nodes;
using Swarm.Api.Networks;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;
using Swarm.Runtime.Networks;

namespace Swarm.Api.Tests;

public sealed class NetworkShapeTests
{
    [Theory]
    [InlineData("host", NetworkMode.Host, ContainerPhase.Running, true)]
    [InlineData("none", NetworkMode.None, ContainerPhase.Running, true)]
    [InlineData("none", NetworkMode.Host, ContainerPhase.Running, false)]
    [InlineData("host", NetworkMode.Host, ContainerPhase.Ended, false)]
    [InlineData("bridge", NetworkMode.Bridge, ContainerPhase.Running, false)]
    public void A_network_without_a_bridge_shows_who_runs_in_it(
        string name, NetworkMode mode, ContainerPhase phase, bool isIn)
    {
        var container = new ContainerState(
            new ContainerDefinition(
                new ContainerId(new string('a', 64)), "web", new ContainerSpec { Image = "box", NetworkMode = mode }),
            phase);

        var shown = NetworkShape.Of(new NetworkDefinition(name) { Id = "n" }, [container])["Containers"]!;

        if (!isIn)
        {
            Assert.Empty(shown.AsObject());
            return;
        }

        var one = Assert.IsType<JsonObject>(shown[container.Id.Value]);
        Assert.Equal(("web", ""), ((string?)one["Name"], (string?)one["IPv4Address"]));
        Assert.Equal(64, ((string?)one["EndpointID"])!.Length);
    }
}
