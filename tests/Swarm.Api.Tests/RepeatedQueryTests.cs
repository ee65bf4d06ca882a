using System.Net;
using System.Text.Json.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Runtime;

namespace Swarm.Api.Tests;

/// <summary>What is said twice in a query, and filters that say nothing.</summary>
public sealed class RepeatedQueryTests : IAsyncLifetime
{
    private ServedNode _node = null!; // set before each test

    public async Task InitializeAsync()
    {
        _node = await ServedNode.StartAsync();
        foreach (var name in (string[])["a", "b"])
        {
            var spec = new ContainerSpec { Image = "box" };
            _node.Engine.Containers.Add(new ContainerState(
                new ContainerDefinition(new ContainerId(new string(name[0], 64)), name, spec), ContainerPhase.Running)
            {
                ImageId = Digest.Of("archive"u8),
            });
        }
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Theory]
    [InlineData("limit=1&limit=2", 1)]
    [InlineData("limit=2&limit=1", 2)]
    [InlineData("limit=&limit=1", 2)]
    [InlineData("filters={\"name\":[\"a\"]}&filters={\"name\":[\"x\"]}", 1)]
    [InlineData("filters=&filters={\"name\":[\"x\"]}", 2)]
    [InlineData("filters=null", 2)]
    [InlineData("filters={\"label\":null}", 2)]
    [InlineData("filters={\"label\":null,\"name\":[\"a\"]}", 1)]
    public async Task Of_what_is_said_twice_the_first_holds_and_null_filters_nothing(string query, int found)
    {
        var list = JsonNode.Parse(await _node.Client.GetStringAsync($"/containers/json?{query}"))!.AsArray();

        Assert.Equal(found, list.Count);
    }

    [Fact]
    public async Task The_first_holds_of_flags_names_and_times_too()
    {
        _node.Store.Add("archive"u8, "box:latest");

        await _node.Client.PostAsync("/images/box/tag?repo=one&repo=two&tag=1&tag=2", null);
        var told = await _node.Client.GetAsync("/events?since=1&since=x&until=2&until=y");
        var sizes = JsonNode.Parse(await _node.Client.GetStringAsync("/containers/json?size=0&size=1"))!.AsArray();

        Assert.NotNull(_node.Store.Find("one:1"));
        Assert.Equal(HttpStatusCode.OK, told.StatusCode);
        Assert.False(sizes[0]!.AsObject().ContainsKey("SizeRw"));
    }
}
