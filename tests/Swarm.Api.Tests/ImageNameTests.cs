using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Swarm.Api.Tests;

/// <summary>Texts that stand for an image, and texts that cannot.</summary>
public sealed class ImageNameTests
{
    private const string Upper = "invalid reference format: repository name (library/BAD) must be lowercase";

    [Theory]
    [InlineData("BAD", Upper)]
    [InlineData("BAD:1", Upper)]
    [InlineData("reg.test:5/BAD", "invalid reference format: repository name (BAD) must be lowercase")]
    [InlineData("bad image", "invalid reference format")]
    [InlineData(":1", "invalid reference format")]
    public async Task What_is_no_name_of_an_image_is_refused_wherever_one_is_asked_for(string name, string message)
    {
        await using var node = await ServedNode.StartAsync();
        var path = $"/images/{Uri.EscapeDataString(name)}";

        foreach (var refused in (HttpResponseMessage[])[
            await node.Client.GetAsync($"{path}/json"), await node.Client.GetAsync($"{path}/history"),
            await node.Client.GetAsync($"{path}/get"), await node.Client.DeleteAsync(path),
            await node.Client.PostAsync($"{path}/tag?repo=other", null),
            await node.Client.PostAsync("/containers/create", Json($$"""{"Image":"{{name}}"}"""))])
        {
            var told = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["message"]!.GetValue<string>();
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.StartsWith(message, told, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("0123456789abcdef", "0123456789abcdef:latest")]
    [InlineData(
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("sha256:0123456789ab", "sha256:0123456789ab")]
    [InlineData("bad", "bad:latest")]
    public async Task A_name_an_id_and_its_beginning_are_looked_for(string asked, string told)
    {
        await using var node = await ServedNode.StartAsync();

        foreach (var what in (string[])["json", "history", "get"])
        {
            var missing = await node.Client.GetAsync($"/images/{asked}/{what}");
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
            Assert.Equal(
                $"{{\"message\":\"No such image: {told}\"}}\n", await missing.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("sha256", "")]
    [InlineData("sha256", "1")]
    [InlineData("docker.io/library/sha256", "1")]
    public async Task No_tag_looks_like_a_digest(string repository, string tag)
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));

        var refused = await node.Client.PostAsync($"/images/loaded/tag?repo={repository}&tag={tag}", null);
        var taken = await node.Client.PostAsync("/images/loaded/tag?repo=me/sha256&tag=1", null);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(
            "refusing to create an ambiguous tag using digest algorithm as name",
            await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
