using System.Net;
using System.Text;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Api.Tests;

public sealed class CommitRouteTests
{
    [Theory]
    [InlineData("""CMD ["a","b\u0000"]""", "{}", "a zero byte cannot be part of an instruction")]
    [InlineData("ENV A=\0", "{}", "a zero byte cannot be part of an instruction")]
    [InlineData("", """{"Cmd":["a","b\u0000"]}""", "Cmd[1] has a byte of zero in its text")]
    [InlineData("", """{"Env":["A=\u0000"]}""", "Env[0] has a byte of zero in its text")]
    public async Task What_no_program_can_be_given_is_refused_before_an_image_is_made_of_it(
        string change, string body, string message)
    {
        await using var node = await ServedNode.StartAsync();
        node.Engine.Containers.Add(new ContainerState(
            new ContainerDefinition(new ContainerId(new string('a', 64)), "web", new ContainerSpec { Image = "box" }),
            ContainerPhase.Running));

        var refused = await node.Client.PostAsync(
            $"/commit?container=web&changes={Uri.EscapeDataString(change)}",
            new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(message, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
