using System.Text.Json;
using Swarm.Core.Images;

namespace Swarm.Api.Tests.Registry;

/// <summary>Blobs on their way in and out, each line of the specification.</summary>
public sealed class BlobRouteTests : IAsyncLifetime
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
    private static readonly Digest Name = Digest.Of(Content);

    private ServedRegistry _node = null!;

    public async Task InitializeAsync() => _node = await ServedRegistry.StartAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task The_registry_says_what_it_speaks()
    {
        using var answer = await _node.Client.GetAsync("/v2/");

        Assert.Equal("registry/2.0", answer.Headers.GetValues("Docker-Distribution-Api-Version").Single());
        Assert.Equal("{}", (await answer.Content.ReadAsStringAsync()).Trim());
    }

    [Fact]
    public async Task A_blob_is_given_whole_in_part_and_by_its_head()
    {
        await _node.PushBlobAsync("a/b", Content);

        using var whole = await _node.Client.GetAsync($"/v2/a/b/blobs/{Name}");
        using var head = await _node.SendAsync(HttpMethod.Head, $"/v2/a/b/blobs/{Name}");
        using var part = await _node.SendAsync(
            HttpMethod.Get, $"/v2/a/b/blobs/{Name}", null, ("Range", "bytes=10-19"));
        using var beyond = await _node.SendAsync(
            HttpMethod.Get, $"/v2/a/b/blobs/{Name}", null, ("Range", "bytes=100-"));
        using var known = await _node.SendAsync(
            HttpMethod.Get, $"/v2/a/b/blobs/{Name}", null, ("If-None-Match", $"\"{Name}\""));

        Assert.Equal(Content, await whole.Content.ReadAsByteArrayAsync());
        Assert.Equal("bytes", whole.Headers.AcceptRanges.Single());
        Assert.Equal((200, 100L), ((int)head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal(Name.Value, head.Headers.GetValues("Docker-Content-Digest").Single());
        Assert.Equal(Content[10..20], await part.Content.ReadAsByteArrayAsync());
        Assert.Equal("bytes 10-19/100", part.Content.Headers.ContentRange!.ToString());
        Assert.Equal((206, 416, 304), ((int)part.StatusCode, (int)beyond.StatusCode, (int)known.StatusCode));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task A_blob_that_goes_between_being_found_and_being_opened_is_unknown(string method)
    {
        await _node.PushBlobAsync("a/b", Content);
        var path = $"{_node.StoreRoot}/blobs/sha256/{Name.Hex}";
        File.Delete(path);
        File.CreateSymbolicLink(path, $"{path}.gone"); // it is there, and cannot be opened

        using var answer = await _node.SendAsync(new HttpMethod(method), $"/v2/a/b/blobs/{Name}");

        Assert.Equal(404, (int)answer.StatusCode);
        if (method == "GET") await IsErrorAsync(answer, 404, "BLOB_UNKNOWN");
    }

    [Fact]
    public async Task A_blob_comes_in_parts_of_which_each_begins_where_the_last_one_ended()
    {
        var place = await _node.BeginAsync("web");
        using var first = await PatchAsync(place, Content[..40], "0-39");
        using var again = await PatchAsync(place, Content[..40], "0-39");
        using var status = await _node.Client.GetAsync(place);
        using var second = await PatchAsync(place, Content[40..70], "40-69");
        using var end = await _node.SendAsync(
            HttpMethod.Put, $"{place}?digest={Name}", new ByteArrayContent(Content[70..]),
            ("Content-Range", "70-99"));

        Assert.Equal((202, "0-39"), ((int)first.StatusCode, RangeOf(first)));
        Assert.Equal((416, "0-39"), ((int)again.StatusCode, RangeOf(again)));
        Assert.Equal(place, again.Headers.Location!.OriginalString);
        Assert.Equal((204, "0-39"), ((int)status.StatusCode, RangeOf(status)));
        Assert.Equal((202, "0-69"), ((int)second.StatusCode, RangeOf(second)));
        Assert.Equal((201, $"/v2/web/blobs/{Name}"), ((int)end.StatusCode, end.Headers.Location!.OriginalString));
        Assert.Equal(Content, await _node.Client.GetByteArrayAsync($"/v2/web/blobs/{Name}"));
        Assert.Equal(404, (int)(await _node.Client.GetAsync(place)).StatusCode);
    }

    [Fact]
    public async Task A_part_without_a_range_goes_on_at_the_end()
    {
        var place = await _node.BeginAsync("web");
        using var empty = await _node.Client.GetAsync(place);
        using var first = await PatchAsync(place, Content[..40]);
        using var second = await PatchAsync(place, Content[40..]);
        using var end = await _node.SendAsync(HttpMethod.Put, $"{place}?digest={Name}");

        Assert.Equal(("0-0", "0-39", "0-99"), (RangeOf(empty), RangeOf(first), RangeOf(second)));
        Assert.Equal(201, (int)end.StatusCode);
    }

    [Fact]
    public async Task An_upload_is_ended_by_whoever_began_it()
    {
        var place = await _node.BeginAsync("web");

        using var ended = await _node.SendAsync(HttpMethod.Delete, place);

        Assert.Equal(204, (int)ended.StatusCode);
        await IsErrorAsync(await _node.Client.GetAsync(place), 404, "BLOB_UPLOAD_UNKNOWN");
        await IsErrorAsync(await PatchAsync(place, Content), 404, "BLOB_UPLOAD_UNKNOWN");
        await IsErrorAsync(await _node.SendAsync(HttpMethod.Delete, place), 404, "BLOB_UPLOAD_UNKNOWN");
    }

    [Fact]
    public async Task An_upload_is_of_its_repository_alone()
    {
        var place = await _node.BeginAsync("web");

        await IsErrorAsync(
            await _node.Client.GetAsync(place.Replace("/web/", "/other/", StringComparison.Ordinal)), 404,
            "BLOB_UPLOAD_UNKNOWN");
    }

    [Fact]
    public async Task A_blob_with_another_digest_is_refused_and_gone()
    {
        var place = await _node.BeginAsync("web");
        await PatchAsync(place, Content);
        var other = Digest.Of("other"u8);

        await IsErrorAsync(await _node.SendAsync(HttpMethod.Put, place), 400, "DIGEST_INVALID");
        await IsErrorAsync(await _node.SendAsync(HttpMethod.Put, $"{place}?digest=x"), 400, "DIGEST_INVALID");
        await IsErrorAsync(await _node.SendAsync(HttpMethod.Put, $"{place}?digest={other}"), 400, "DIGEST_INVALID");
        await IsErrorAsync(await _node.Client.GetAsync(place), 404, "BLOB_UPLOAD_UNKNOWN");
        await IsErrorAsync(
            await _node.SendAsync(
                HttpMethod.Post, $"/v2/web/blobs/uploads/?digest={other}", new ByteArrayContent(Content)), 400,
            "DIGEST_INVALID");
        await IsErrorAsync(await _node.Client.GetAsync($"/v2/web/blobs/{Name}"), 404, "BLOB_UNKNOWN");
    }

    [Fact]
    public async Task A_blob_is_mounted_from_where_it_is_and_else_an_upload_begins()
    {
        await _node.PushBlobAsync("from", Content);

        using var mounted = await MountAsync("to", $"mount={Name}&from=from");
        using var found = await MountAsync("third", $"mount={Name}");
        using var missing = await MountAsync("fourth", $"mount={Name}&from=elsewhere");

        Assert.Equal(201, (int)mounted.StatusCode);
        Assert.Equal($"/v2/to/blobs/{Name}", mounted.Headers.Location!.OriginalString);
        Assert.Equal(Content, await _node.Client.GetByteArrayAsync($"/v2/to/blobs/{Name}"));
        Assert.Equal((201, 202), ((int)found.StatusCode, (int)missing.StatusCode));
        Assert.Equal(204, (int)(await _node.Client.GetAsync(missing.Headers.Location)).StatusCode);
    }

    [Fact]
    public async Task A_blob_is_of_the_repositories_that_it_was_pushed_to()
    {
        await _node.PushBlobAsync("web", Content);

        await IsErrorAsync(await _node.Client.GetAsync($"/v2/other/blobs/{Name}"), 404, "BLOB_UNKNOWN");
        await IsErrorAsync(await _node.Client.GetAsync("/v2/web/blobs/sha256:1"), 400, "DIGEST_INVALID");
    }

    [Fact]
    public async Task A_blob_is_taken_away_as_long_as_nothing_is_made_of_it()
    {
        await _node.PushBlobAsync("web", Content);
        var image = Artifact.Image("kept");
        await _node.PushAsync("web", "1", image);

        using var taken = await _node.SendAsync(HttpMethod.Delete, $"/v2/web/blobs/{Name}");

        Assert.Equal(202, (int)taken.StatusCode);
        await IsErrorAsync(await _node.SendAsync(HttpMethod.Delete, $"/v2/web/blobs/{Name}"), 404, "BLOB_UNKNOWN");
        await IsErrorAsync(
            await _node.SendAsync(HttpMethod.Delete, $"/v2/web/blobs/{image.Config}"), 405, "UNSUPPORTED");
    }

    [Theory]
    [InlineData("POST", "/v2/Web/blobs/uploads/", 400, "NAME_INVALID")]
    [InlineData("POST", "/v2/a/%2e%2e%2fb/blobs/uploads/", 400, "NAME_INVALID")]
    [InlineData("POST", "/v2/web/blobs/uploads/?digest-algorithm=sha512", 400, "DIGEST_INVALID")]
    [InlineData("POST", "/v2/web/blobs/uploads/?mount=x&from=web", 400, "DIGEST_INVALID")]
    [InlineData("GET", "/v2/web/nothing", 400, "NAME_INVALID")]
    [InlineData("PUT", "/v2/web/tags/list", 405, "UNSUPPORTED")]
    [InlineData("POST", "/v2/_catalog", 405, "UNSUPPORTED")]
    public async Task What_cannot_be_is_refused_by_its_code(string method, string path, int status, string code) =>
        await IsErrorAsync(await _node.SendAsync(new HttpMethod(method), path), status, code);

    [Theory]
    [InlineData("5-4", 400, "BLOB_UPLOAD_INVALID")]
    [InlineData("many", 400, "BLOB_UPLOAD_INVALID")]
    [InlineData("0-200", 400, "SIZE_INVALID")]
    [InlineData("7-106", 416, "BLOB_UPLOAD_INVALID")]
    public async Task A_range_that_is_wrong_leaves_the_upload_as_it_was(string range, int status, string code)
    {
        var place = await _node.BeginAsync("web");

        await IsErrorAsync(await PatchAsync(place, Content, range), status, code);

        Assert.Equal("0-0", RangeOf(await _node.Client.GetAsync(place)));
        Assert.Equal(202, (int)(await PatchAsync(place, Content, "0-99")).StatusCode);
    }

    internal static async Task IsErrorAsync(HttpResponseMessage answer, int status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}, not {status}: {text}");
        using var json = JsonDocument.Parse(text);
        var error = json.RootElement.GetProperty("errors").EnumerateArray().Single();
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.NotEqual("", error.GetProperty("message").GetString());
        answer.Dispose();
    }

    private Task<HttpResponseMessage> MountAsync(string repository, string query) =>
        _node.SendAsync(HttpMethod.Post, $"/v2/{repository}/blobs/uploads/?{query}");

    private Task<HttpResponseMessage> PatchAsync(string place, byte[] part, string? range = null) =>
        range is null
            ? _node.SendAsync(HttpMethod.Patch, place, new ByteArrayContent(part))
            : _node.SendAsync(HttpMethod.Patch, place, new ByteArrayContent(part), ("Content-Range", range));

    private static string RangeOf(HttpResponseMessage answer) =>
        answer.Headers.NonValidated.TryGetValues("Range", out var range) ? range.ToString()
        : answer.Content.Headers.NonValidated.TryGetValues("Range", out range) ? range.ToString() : "";
}
