using System.Text.Json.Nodes;

namespace Swarm.Api.Tests;

public sealed class DiskUseTests
{
    [Fact]
    public async Task Steps_of_builds_are_no_images()
    {
        await using var node = await ServedNode.StartAsync();
        var box = node.Store.Add("box"u8, "box:1");
        node.Store.Steps.Add(node.Store.Add("step"u8, "step:1"));

        var use = JsonNode.Parse(await node.Client.GetStringAsync("/system/df?type=image"))!;

        Assert.Equal(box.Value, Assert.Single(use["Images"]!.AsArray())!["Id"]!.GetValue<string>());
    }
}
