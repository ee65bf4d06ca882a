using System.Text.Json.Nodes;

namespace Swarm.Api.Tests;

/// <summary>How an image came to be.</summary>
public sealed class ImageHistoryTests
{
    [Fact]
    public async Task The_steps_of_a_history_that_are_images_here_are_named_by_their_ids()
    {
        await using var node = await ServedNode.StartAsync();
        var below = node.Store.Add("below"u8, "below:1");
        var above = node.Store.Add("above"u8, "above:1");
        node.Store.Parents[above] = below;

        var steps = JsonNode.Parse(await node.Client.GetStringAsync("/images/above:1/history"))!.AsArray();

        Assert.Equal([above.Value, below.Value], steps.Select(step => step!["Id"]!.GetValue<string>()));
        Assert.Equal(["above:1", "below:1"], steps.Select(step => step!["Tags"]![0]!.GetValue<string>()));
    }
}
