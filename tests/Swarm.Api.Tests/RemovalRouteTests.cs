using System.Net;
using System.Text.Json.Nodes;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Api.Tests;

public sealed class RemovalRouteTests
{
    [Theory]
    [InlineData(RemoveByHand.IsUnderWay, "removal of container web is already in progress")]
    [InlineData("container is paused and must be unpaused first",
        "cannot remove container \"web\": container is paused and must be unpaused first")]
    public async Task Why_one_is_not_removed_is_told_in_Dockers_words(string reason, string message)
    {
        await using var node = await ServedNode.StartAsync();
        node.Engine.Containers.Add(new ContainerState(
            new ContainerDefinition(new ContainerId(new string('a', 64)), "web", new ContainerSpec { Image = "box" }),
            ContainerPhase.Running));
        node.Answer = _ => new StandaloneAnswer.Refused(ContainerFault.Conflict, reason);

        var refused = await node.Client.DeleteAsync("/containers/web?force=1");

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        var told = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
        Assert.Equal(message, told["message"]!.GetValue<string>());
    }
}
