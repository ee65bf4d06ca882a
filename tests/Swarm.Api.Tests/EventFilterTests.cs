using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Swarm.Api.Tests;

public sealed class EventFilterTests
{
    /// <summary>One of each kind, with what is told of it.</summary>
    private static readonly (string Kind, string Id, (string, string)[] Attributes)[] Happened =
    [
        ("container", "c0ffee", [("name", "web-1"), ("image", "docker.io/library/box:1")]),
        ("network", "feed", [("name", "front"), ("container", "c0ffee")]),
        ("volume", "webroot", [("driver", "local")]),
        ("daemon", "beef", [("name", "alpha")]),
        ("image", "sha256:aa", [("name", "box:2")]),
    ];

    [Theory]
    [InlineData("container", "web-1", "container")]
    [InlineData("container", "web-", "container")]
    [InlineData("container", "c0f", "container")]
    [InlineData("container", "eb-1", "")]
    [InlineData("container", "web", "container volume")]
    [InlineData("network", "fro", "network")]
    [InlineData("network", "fee", "network")]
    [InlineData("network", "c0ffee", "container")]
    [InlineData("volume", "webr", "volume")]
    [InlineData("daemon", "alp", "daemon")]
    [InlineData("image", "box:2", "image")]
    [InlineData("image", "box", "container image")]
    [InlineData("image", "docker.io/library/box:1", "container")]
    [InlineData("image", "bo", "")]
    [InlineData("image", "sha256:a", "")]
    [InlineData("image", "sha256:aa", "image")]
    public async Task What_a_thing_is_asked_for_by_is_the_beginning_of_its_name_or_id_and_an_images_whole_name(
        string key, string value, string found)
    {
        await using var node = await ServedNode.StartAsync();
        foreach (var (kind, id, attributes) in Happened)
        {
            node.Engine.Events.Publish(
                kind, "happened", id,
                attributes.ToImmutableSortedDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal));
        }

        var now = DateTimeOffset.UtcNow;
        var filters = Uri.EscapeDataString($$"""{"{{key}}":["{{value}}"]}""");
        var told = await node.Client.GetStringAsync(
            $"/events?since=1&until={now.ToUnixTimeSeconds()}.{now.Ticks % TimeSpan.TicksPerSecond:D7}00"
            + $"&filters={filters}");

        Assert.Equal(
            found,
            string.Join(' ', told.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonNode.Parse(line)!["Type"]!.GetValue<string>())));
    }
}
