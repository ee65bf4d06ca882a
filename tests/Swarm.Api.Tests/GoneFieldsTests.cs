using System.Net;

namespace Swarm.Api.Tests;

public sealed class GoneFieldsTests
{
    [Theory]
    [InlineData("/v1.42/containers/create", HttpStatusCode.Created)]
    [InlineData("/containers/create", HttpStatusCode.Created)]
    [InlineData("/v1.41/containers/create", HttpStatusCode.NotImplemented)]
    public async Task A_limit_that_kernels_have_no_more_is_passed_over_from_1_42_on(string path, HttpStatusCode status)
    {
        await using var node = await ServedNode.StartAsync();
        node.Store.Add("box"u8, "box:1");

        var answer = await node.Client.PostAsync(path, new StringContent(
            """{"Image":"box:1","HostConfig":{"KernelMemory":50331648,"SecurityOpt":["label=type:x"]}}"""));

        Assert.Equal(status, answer.StatusCode);
    }
}
