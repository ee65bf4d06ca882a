using System.Net;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Api.Tests;

public sealed class StartRouteTests : IAsyncLifetime
{
    private const string BodyRefused =
        "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24";

    private ServedNode _node = null!; // set before each test

    private static ContainerId Container => new(new string('a', 64));

    public async Task InitializeAsync()
    {
        _node = await ServedNode.StartAsync();
        _node.Engine.Containers.Add(new ContainerState(
            new ContainerDefinition(Container, "a", new ContainerSpec { Image = "box" }), ContainerPhase.Created));
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Theory]
    [InlineData("?checkpoint=x", "", "checkpoint is only supported in experimental mode")]
    [InlineData("", """{"HostConfig":{}}""", BodyRefused)]
    [InlineData("", """{"a":"b"}""", BodyRefused)]
    public async Task A_start_from_a_checkpoint_or_with_settings_is_refused(string query, string body, string message)
    {
        var refused = await _node.Client.PostAsync($"/containers/{Container}/start{query}", new StringContent(body));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal($"{{\"message\":\"{message}\"}}\n", await refused.Content.ReadAsStringAsync());
        Assert.Empty(_node.Asked.OfType<StartByHand>());
    }

    [Fact]
    public async Task A_body_whose_length_is_not_said_is_refused_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/containers/{Container}/start")
        {
            Content = new StringContent("{}"),
        };
        request.Headers.TransferEncodingChunked = true;

        var refused = await _node.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Empty(_node.Asked.OfType<StartByHand>());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("?checkpoint=", "{}")]
    [InlineData("", "null")]
    public async Task A_start_that_says_nothing_more_is_begun(string query, string body)
    {
        var answer = await _node.Client.PostAsync($"/containers/{Container}/start{query}", new StringContent(body));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Single(_node.Asked.OfType<StartByHand>());
    }
}
