using System.Net;

namespace Swarm.Api.Tests;

public sealed class CleanPathTests
{
    [Theory]
    [InlineData("/images/docker.io%2Flibrary%2Fbox:1/json", HttpStatusCode.OK, null)]
    [InlineData("/v1.47/images/docker.io%2flibrary%2fbox%3A1/json", HttpStatusCode.OK, null)]
    [InlineData("/images/docker.io%252Flibrary%252Fbox:1/json", HttpStatusCode.BadRequest, null)]
    [InlineData("/v1.47/containers//web/json?size=1", HttpStatusCode.MovedPermanently,
        "/v1.47/containers/web/json?size=1")]
    [InlineData("/containers/%2Fweb/json", HttpStatusCode.MovedPermanently, "/containers/web/json")]
    public async Task Paths_are_taken_as_Dockers_router_takes_them(string path, HttpStatusCode status, string? location)
    {
        await using var node = await ServedNode.StartAsync();
        node.Store.Add("box"u8, "box:1");

        var answer = await node.Client.GetAsync(path);

        Assert.Equal((status, location), (answer.StatusCode, answer.Headers.Location?.OriginalString));
    }
}
