using System.Net;

namespace Swarm.Api.Tests;

/// <summary>How much may come before the body of a request.</summary>
public sealed class RequestHeadTests
{
    /// <summary>As many build arguments, or filters by id.</summary>
    [Theory]
    [InlineData(900_000, HttpStatusCode.OK)]
    [InlineData(1_100_000, HttpStatusCode.RequestUriTooLong)]
    public async Task A_line_may_be_as_long_as_at_Docker(int length, HttpStatusCode status)
    {
        await using var node = await ServedNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/version?buildargs={new string('x', length)}");

        await ExpectAsync(node, request, status);
    }

    /// <summary>As credentials for many registries.</summary>
    [Theory]
    [InlineData(1, 900_000, HttpStatusCode.OK)]
    [InlineData(1, 1_100_000, HttpStatusCode.RequestHeaderFieldsTooLarge)]
    [InlineData(5_000, 10, HttpStatusCode.OK)]
    public async Task Headers_may_be_as_large_as_at_Docker(int count, int length, HttpStatusCode status)
    {
        await using var node = await ServedNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/version");
        for (var i = 0; i < count; i++) request.Headers.Add($"X-Registry-Config-{i}", new string('x', length));

        await ExpectAsync(node, request, status);
    }

    private static async Task ExpectAsync(ServedNode node, HttpRequestMessage request, HttpStatusCode status)
    {
        try
        {
            using var answer = await node.Client.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }
        catch (HttpRequestException) when (status != HttpStatusCode.OK)
        {
            // What is refused is not read to its end: so the answer may be overtaken by the end of the connection.
        }
    }
}
