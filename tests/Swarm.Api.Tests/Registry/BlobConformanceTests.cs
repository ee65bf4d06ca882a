using System.Security.Cryptography;
using Swarm.Core.Images;

namespace Swarm.Api.Tests.Registry;

/// <summary>What the specification demands of blobs, uploads and digests, beyond what a day's work shows.</summary>
/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md</remarks>
public sealed class BlobConformanceTests : IAsyncLifetime
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
    private static readonly Digest Name = Digest.Of(Content);
    private static readonly string Other = $"sha512:{Convert.ToHexStringLower(SHA512.HashData(Content))}";

    private ServedRegistry _node = null!;

    public async Task InitializeAsync() => _node = await ServedRegistry.StartAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Theory]
    [InlineData("GET", "bytes=10-19", "", 206, 10)]
    [InlineData("GET", "bytes=-500", "", 206, 100)]
    [InlineData("GET", "bytes=90-500", "", 206, 10)]
    [InlineData("GET", "bytes=50-0", "", 416, null)]
    [InlineData("GET", "bytes=500-1000", "", 416, null)]
    [InlineData("GET", "bytes=0-1,5-6", "", 200, 100)]
    [InlineData("GET", "bytes=10-19", "the same", 206, 10)]
    [InlineData("GET", "bytes=10-19", "\"of something else\"", 200, 100)]
    [InlineData("HEAD", "bytes=10-19", "", 200, 100)]
    [InlineData("HEAD", "bytes=500-1000", "", 200, 100)]
    public async Task A_part_is_given_of_what_the_client_means(
        string method, string range, string ifRange, int status, int? length)
    {
        await _node.PushBlobAsync("web", Content);
        var had = ifRange == "the same" ? $"\"{Name}\"" : ifRange;

        using var answer = await _node.SendAsync(
            new HttpMethod(method), $"/v2/web/blobs/{Name}", null, ("Range", range), ("If-Range", had));

        Assert.Equal(status, (int)answer.StatusCode);
        if (length is { } bytes) Assert.Equal(bytes, answer.Content.Headers.ContentLength);
        else Assert.Equal("bytes */100", answer.Content.Headers.ContentRange!.ToString());
        Assert.Equal(Name.Value, answer.Headers.GetValues("Docker-Content-Digest").Single());
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    public async Task A_blob_of_no_bytes_is_a_blob(string method)
    {
        var (empty, name) = (Array.Empty<byte>(), Digest.Of([]));
        var place = await _node.BeginAsync("web");
        if (method == "PATCH")
        {
            using var part = await _node.SendAsync(HttpMethod.Patch, place, new ByteArrayContent(empty));
            Assert.Equal(202, (int)part.StatusCode);
        }

        using var pushed = method == "POST"
            ? await _node.SendAsync(
                HttpMethod.Post, $"/v2/web/blobs/uploads/?digest={name}", new ByteArrayContent(empty))
            : await _node.SendAsync(HttpMethod.Put, $"{place}?digest={name}", new ByteArrayContent(empty));
        using var head = await _node.SendAsync(HttpMethod.Head, pushed.Headers.Location!.OriginalString);
        using var got = await _node.Client.GetAsync(pushed.Headers.Location);

        Assert.Equal((201, 200, 200), ((int)pushed.StatusCode, (int)head.StatusCode, (int)got.StatusCode));
        Assert.Equal((0L, 0L), (head.Content.Headers.ContentLength, got.Content.Headers.ContentLength));
        Assert.Equal(name.Value, pushed.Headers.GetValues("Docker-Content-Digest").Single());
    }

    [Fact]
    public async Task A_last_part_that_does_not_follow_is_refused_and_the_client_is_told_where_to_go_on()
    {
        var place = await _node.BeginAsync("web");
        using var first = await _node.SendAsync(
            HttpMethod.Patch, place, new ByteArrayContent(Content[..40]), ("Content-Range", "0-39"));

        using var end = await PutAsync(place, Content[70..], "70-99");
        using var status = await _node.Client.GetAsync(end.Headers.Location);
        using var head = await _node.SendAsync(HttpMethod.Head, place);
        using var right = await PutAsync(place, Content[40..], "40-99");

        Assert.Equal((416, 204, 204), ((int)end.StatusCode, (int)status.StatusCode, (int)head.StatusCode));
        foreach (var told in new[] { end, status, head })
        {
            Assert.Equal("0-39", told.Headers.NonValidated["Range"].ToString());
            Assert.Equal(place, told.Headers.Location!.OriginalString);
        }

        Assert.Equal(201, (int)right.StatusCode);
        Assert.Equal(Content, await _node.Client.GetByteArrayAsync(right.Headers.Location));
    }

    [Theory]
    [InlineData("GET", "blobs/OTHER", 404, "BLOB_UNKNOWN")]
    [InlineData("DELETE", "blobs/OTHER", 404, "BLOB_UNKNOWN")]
    [InlineData("GET", "manifests/OTHER", 404, "MANIFEST_UNKNOWN")]
    [InlineData("DELETE", "manifests/OTHER", 404, "MANIFEST_UNKNOWN")]
    [InlineData("PUT", "manifests/OTHER", 400, "DIGEST_INVALID")]
    [InlineData("POST", "blobs/uploads/?digest=OTHER", 400, "DIGEST_INVALID")]
    [InlineData("POST", "blobs/uploads/?mount=OTHER&from=web", 400, "DIGEST_INVALID")]
    [InlineData("POST", "blobs/uploads/?digest-algorithm=sha512", 400, "DIGEST_INVALID")]
    [InlineData("GET", "blobs/sha512:12", 400, "DIGEST_INVALID")]
    [InlineData("GET", "manifests/sha256:baddigeststring", 400, "DIGEST_INVALID")]
    [InlineData("GET", "referrers/sha512:12", 400, "DIGEST_INVALID")]
    [InlineData("GET", "referrers/sha256:ABC", 400, "DIGEST_INVALID")]
    [InlineData("GET", "referrers/latest", 400, "DIGEST_INVALID")]
    public async Task A_digest_by_another_algorithm_is_of_nothing_here(
        string method, string path, int status, string code) => await BlobRouteTests.IsErrorAsync(
            await _node.SendAsync(
                new HttpMethod(method), $"/v2/web/{path.Replace("OTHER", Other, StringComparison.Ordinal)}",
                method is "GET" or "DELETE" ? null : new ByteArrayContent(Content)),
            status, code);

    [Theory]
    [InlineData("PUT", "blobs/DIGEST", "GET, HEAD, DELETE")]
    [InlineData("POST", "manifests/1", "GET, HEAD, PUT, DELETE")]
    [InlineData("GET", "blobs/uploads/", "POST")]
    [InlineData("POST", "blobs/uploads/1", "GET, HEAD, PATCH, PUT, DELETE")]
    [InlineData("DELETE", "tags/list", "GET, HEAD")]
    [InlineData("PUT", "referrers/DIGEST", "GET, HEAD")]
    public async Task What_cannot_be_done_is_told_with_what_can(string method, string path, string allowed)
    {
        using var answer = await _node.SendAsync(
            new HttpMethod(method), $"/v2/web/{path.Replace("DIGEST", Name.Value, StringComparison.Ordinal)}");

        Assert.Equal(405, (int)answer.StatusCode);
        Assert.Equal(allowed, answer.Content.Headers.NonValidated["Allow"].ToString());
    }

    [Fact]
    public async Task A_blob_that_is_part_of_something_can_be_read_and_not_taken_away()
    {
        var image = Artifact.Image("kept");
        await _node.PushAsync("web", "1", image);

        using var answer = await _node.SendAsync(HttpMethod.Delete, $"/v2/web/blobs/{image.Config}");

        Assert.Equal(405, (int)answer.StatusCode);
        Assert.Equal("GET, HEAD", answer.Content.Headers.NonValidated["Allow"].ToString());
    }

    [Theory]
    [InlineData("*")]
    [InlineData("W/\"DIGEST\"")]
    [InlineData("\"other\", \"DIGEST\"")]
    public async Task What_the_client_has_already_is_not_sent_again(string tags)
    {
        await _node.PushBlobAsync("web", Content);

        using var answer = await _node.SendAsync(
            HttpMethod.Get, $"/v2/web/blobs/{Name}", null,
            ("If-None-Match", tags.Replace("DIGEST", Name.Value, StringComparison.Ordinal)));

        Assert.Equal(304, (int)answer.StatusCode);
    }

    private Task<HttpResponseMessage> PutAsync(string place, byte[] part, string range) => _node.SendAsync(
        HttpMethod.Put, $"{place}?digest={Name}", new ByteArrayContent(part), ("Content-Range", range));
}
