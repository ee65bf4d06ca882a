using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Swarm.Api.Tests;

public sealed class EventShapeTests
{
    [Theory]
    [InlineData("container", true)]
    [InlineData("image", true)]
    [InlineData("network", false)]
    [InlineData("volume", false)]
    public async Task Only_containers_and_images_have_the_older_fields(string kind, bool hasOlder)
    {
        await using var node = await ServedNode.StartAsync();
        node.Engine.Events.Publish(kind, "create", "one", ImmutableSortedDictionary<string, string>.Empty);
        var now = DateTimeOffset.UtcNow;
        var until = $"{now.ToUnixTimeSeconds()}.{now.Ticks % TimeSpan.TicksPerSecond:D7}00";

        var told = JsonNode.Parse(await node.Client.GetStringAsync($"/events?since=1&until={until}"))!.AsObject();

        Assert.Equal((kind, "create", "one"), ($"{told["Type"]}", $"{told["Action"]}", $"{told["Actor"]!["ID"]}"));
        Assert.Equal((hasOlder, hasOlder), (told.ContainsKey("status"), told.ContainsKey("id")));
    }
}
