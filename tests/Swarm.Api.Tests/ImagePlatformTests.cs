using System.Net;

namespace Swarm.Api.Tests;

/// <summary>Requests about an image that name the platform they mean.</summary>
public sealed class ImagePlatformTests
{
    [Theory]
    [InlineData("DELETE", "/v1.50/images/one:1?platforms", "arm64", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/v1.50/images/one:1?platforms", "amd64", HttpStatusCode.OK)]
    [InlineData("DELETE", "/v1.49/images/one:1?platforms", "arm64", HttpStatusCode.OK)]
    [InlineData("GET", "/v1.49/images/one:1/json?platform", "arm64", HttpStatusCode.NotFound)]
    [InlineData("GET", "/v1.49/images/one:1/json?platform", "amd64", HttpStatusCode.OK)]
    [InlineData("GET", "/v1.48/images/one:1/json?platform", "arm64", HttpStatusCode.OK)]
    [InlineData("GET", "/v1.48/images/one:1/history?platform", "arm64", HttpStatusCode.NotFound)]
    [InlineData("POST", "/v1.46/images/one/push?tag=1&platform", "arm64", HttpStatusCode.NotFound)]
    [InlineData("POST", "/v1.46/images/one/push?tag=1&platform", "amd64", HttpStatusCode.OK)]
    public async Task An_image_of_another_platform_is_not_the_one_that_is_meant(
        string method, string path, string architecture, HttpStatusCode status)
    {
        await using var node = await ServedNode.StartAsync();
        node.Store.Configuration = new() { OperatingSystem = "linux", Architecture = "amd64" };
        node.Store.Add("content"u8, "one:1");
        var platform = Uri.EscapeDataString($$"""{"os":"linux","architecture":"{{architecture}}"}""");

        using var request = new HttpRequestMessage(new HttpMethod(method), $"{path}={platform}");
        request.Headers.Add("X-Registry-Auth", "e30=");
        var answer = await node.Client.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(status == HttpStatusCode.OK && method == "DELETE", node.Store.List().IsEmpty);
        if (status == HttpStatusCode.OK) return;
        Assert.Contains(
            "was found but does not provide the specified platform (linux/arm64)",
            await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("{}")]
    public async Task What_is_no_platform_removes_nothing(string platform)
    {
        await using var node = await ServedNode.StartAsync();
        node.Store.Add("content"u8, "one:1");

        var refused = await node.Client.DeleteAsync($"/v1.50/images/one:1?platforms={platform}");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Single(node.Store.List());
    }
}
