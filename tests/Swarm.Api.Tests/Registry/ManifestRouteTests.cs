using System.Text;
using System.Text.Json.Nodes;
using Swarm.Core.Images;

namespace Swarm.Api.Tests.Registry;

/// <summary>Manifests, tags and lists, each line of the specification.</summary>
public sealed class ManifestRouteTests : IAsyncLifetime
{
    private ServedRegistry _node = null!;

    public async Task InitializeAsync() => _node = await ServedRegistry.StartAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task An_image_that_is_pushed_is_an_image_of_this_host_and_the_cluster_knows_its_name()
    {
        var image = Artifact.Image("runs");

        using var pushed = await _node.PushAsync("web", "1", image);

        Assert.Equal(201, (int)pushed.StatusCode);
        Assert.Equal($"/v2/web/manifests/{image.Digest}", pushed.Headers.Location!.OriginalString);
        Assert.Equal(image.Config, _node.Store.Find("web:1")!.Id);
        Assert.Equal(image.Config, _node.Store.Find($"web@{image.Digest}")!.Id);
        Assert.Equal(image.Config, _node.Meanings["docker.io/library/web:1"]);
        Assert.False(pushed.Headers.Contains("Warning"));
    }

    [Theory]
    [InlineData("1")]
    [InlineData(null)]
    public async Task A_manifest_is_given_out_byte_for_byte_as_it_came(string? tag)
    {
        var image = Artifact.Image("bytes");
        var odd = new Artifact(image.Blobs, [.. "  "u8, .. image.Manifest, .. "\n"u8]);
        await _node.PushAsync("a/b", "1", odd);

        var path = $"/v2/a/b/manifests/{tag ?? odd.Digest.Value}";
        using var got = await _node.Client.GetAsync(path);
        using var head = await _node.SendAsync(HttpMethod.Head, path);

        Assert.Equal(odd.Manifest, await got.Content.ReadAsByteArrayAsync());
        Assert.Equal(Artifact.ManifestType, got.Content.Headers.ContentType!.ToString());
        Assert.Equal(odd.Digest.Value, head.Headers.GetValues("Docker-Content-Digest").Single());
        Assert.Equal(odd.Manifest.Length, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task What_is_no_image_is_kept_and_named_only_here()
    {
        var chart = Artifact.Chart("templates");
        await _node.PushAsync("charts/web", "1", Artifact.Image("before"));

        using var pushed = await _node.PushAsync("charts/web", "1", chart);

        Assert.Equal(201, (int)pushed.StatusCode);
        Assert.Null(_node.Store.Find("charts/web:1"));
        Assert.Empty(_node.Meanings);
        Assert.Equal(chart.Manifest, await _node.Client.GetByteArrayAsync("/v2/charts/web/manifests/1"));
        Assert.Equal(chart.Blobs[1], await _node.Client.GetByteArrayAsync(
            $"/v2/charts/web/blobs/{Digest.Of(chart.Blobs[1])}"));
    }

    [Fact]
    public async Task An_image_that_cannot_run_is_kept_and_the_client_is_warned()
    {
        var broken = Artifact.Of(
            "application/vnd.oci.image.config.v1+json", Artifact.Image("x").Blobs[0],
            "application/vnd.oci.image.layer.v1.tar+gzip", "no tar at all"u8.ToArray());
        var foreign = Artifact.Image("elsewhere", architecture: "s390x");

        using var first = await _node.PushAsync("web", "broken", broken);
        using var second = await _node.PushAsync("web", "foreign", foreign);

        Assert.Equal((201, 201), ((int)first.StatusCode, (int)second.StatusCode));
        Assert.Contains("cannot be run", WarningOf(first), StringComparison.Ordinal);
        Assert.Contains("linux/s390x", WarningOf(second), StringComparison.Ordinal);
        Assert.Empty(_node.Store.List());
        Assert.Equal(broken.Manifest, await _node.Client.GetByteArrayAsync("/v2/web/manifests/broken"));
    }

    [Fact]
    public async Task Of_a_list_the_image_for_this_host_becomes_one_of_it()
    {
        var (own, other) = (Artifact.Image("own"), Artifact.Image("other", architecture: "s390x"));
        foreach (var image in new[] { own, other }) await _node.PushAsync("multi", image.Digest.Value, image);
        var platform = new JsonObject { ["os"] = "linux", ["architecture"] = "s390x" };
        var list = JsonNode.Parse(Artifact.Index(other, own))!.AsObject();
        list["manifests"]![0]!["platform"] = platform;
        var content = Artifact.Json(list);

        using var pushed = await _node.PutManifestAsync("multi", "1", content, Artifact.IndexType);

        Assert.Equal(201, (int)pushed.StatusCode);
        Assert.Equal(own.Config, _node.Store.Find("multi:1")!.Id);
        Assert.Equal(content, await _node.Client.GetByteArrayAsync("/v2/multi/manifests/1"));
        Assert.Equal(other.Manifest, await _node.Client.GetByteArrayAsync($"/v2/multi/manifests/{other.Digest}"));
    }

    [Fact]
    public async Task What_docker_tags_or_loads_is_given_out_too()
    {
        await _node.PushAsync("web", "1", Artifact.Image("one"));
        await _node.PushAsync("other", "2", Artifact.Image("two"));

        _node.Store.Tag("other:2", ImageReference.Parse("web:1"));

        using var got = await _node.Client.GetAsync("/v2/web/manifests/1");
        Assert.Equal(Artifact.Image("two").Manifest, await got.Content.ReadAsByteArrayAsync());
        Assert.Equal(404, (int)(await _node.Client.GetAsync("/v2/web/manifests/3")).StatusCode);
    }

    [Fact]
    public async Task Several_tags_come_with_one_digest()
    {
        var image = Artifact.Image("many");
        foreach (var blob in image.Blobs) await _node.PushBlobAsync("web", blob);
        var tags = Enumerable.Range(0, 12).Select(i => $"t{i}").ToArray();
        var query = string.Join('&', tags.Select(tag => $"tag={tag}"));

        using var pushed = await _node.PutManifestAsync("web", $"{image.Digest}?{query}", image.Manifest);
        using var tooMany = await _node.PutManifestAsync(
            "web", $"{image.Digest}?" + string.Join('&', Enumerable.Range(0, 40).Select(i => $"tag=x{i}")),
            image.Manifest);

        Assert.Equal(tags, pushed.Headers.GetValues("OCI-Tag"));
        Assert.Equal(image.Config, _node.Store.Find("web:t11")!.Id);
        Assert.Equal(414, (int)tooMany.StatusCode);
    }

    [Fact]
    public async Task A_manifest_is_refused_by_what_is_wrong_with_it()
    {
        var image = Artifact.Image("not here");
        await BlobRouteTests.IsErrorAsync(
            await _node.PutManifestAsync("web", "1", image.Manifest), 404, "MANIFEST_BLOB_UNKNOWN");
        await BlobRouteTests.IsErrorAsync(
            await _node.PutManifestAsync("web", "1", Artifact.Index(image), Artifact.IndexType), 404,
            "MANIFEST_BLOB_UNKNOWN");
        foreach (var blob in image.Blobs) await _node.PushBlobAsync("web", blob);
        await BlobRouteTests.IsErrorAsync(
            await _node.PutManifestAsync("web", Digest.Of("x"u8).Value, image.Manifest), 400, "DIGEST_INVALID");
        await BlobRouteTests.IsErrorAsync(
            await _node.PutManifestAsync("web", ".bad", image.Manifest), 400, "MANIFEST_INVALID");
        await BlobRouteTests.IsErrorAsync(
            await _node.PutManifestAsync("web", "1", image.Manifest, Artifact.IndexType), 400, "MANIFEST_INVALID");
        await BlobRouteTests.IsErrorAsync(
            await _node.PutManifestAsync("web", "1", new byte[(4 << 20) + 1]), 413, "SIZE_INVALID");
        foreach (var text in new[] { "", "{}", "no json", "{\"schemaVersion\":1}", new string('[', 5000) })
        {
            await BlobRouteTests.IsErrorAsync(
                await _node.PutManifestAsync("web", "1", Encoding.UTF8.GetBytes(text)), 400, "MANIFEST_INVALID");
        }

        Assert.Empty(_node.Store.List());
        await BlobRouteTests.IsErrorAsync(await _node.Client.GetAsync("/v2/web/manifests/1"), 404, "MANIFEST_UNKNOWN");
    }

    [Fact]
    public async Task A_tag_goes_alone_and_a_manifest_with_all_its_tags()
    {
        var image = Artifact.Image("gone");
        await _node.PushAsync("web", "1", image);
        await _node.PutManifestAsync("web", "2", image.Manifest);
        await _node.PutManifestAsync("web", "3", image.Manifest);

        using var tag = await _node.SendAsync(HttpMethod.Delete, "/v2/web/manifests/1");
        var left = await _node.Client.GetStringAsync("/v2/web/tags/list");
        using var all = await _node.SendAsync(HttpMethod.Delete, $"/v2/web/manifests/{image.Digest}");

        Assert.Equal((202, 202), ((int)tag.StatusCode, (int)all.StatusCode));
        Assert.Equal("""{"name":"web","tags":["2","3"]}""", left.Trim());
        Assert.Empty(_node.Meanings);
        Assert.Empty(_node.Store.List());
        await BlobRouteTests.IsErrorAsync(await _node.Client.GetAsync("/v2/web/tags/list"), 404, "NAME_UNKNOWN");
        await BlobRouteTests.IsErrorAsync(
            await _node.SendAsync(HttpMethod.Delete, $"/v2/web/manifests/{image.Digest}"), 404, "MANIFEST_UNKNOWN");
        await BlobRouteTests.IsErrorAsync(
            await _node.Client.GetAsync($"/v2/web/blobs/{image.Config}"), 404, "BLOB_UNKNOWN");
    }

    [Fact]
    public async Task Tags_are_listed_in_their_order_page_by_page()
    {
        var image = Artifact.Image("tags");
        foreach (var tag in new[] { "b", "a", "C", "d" }) await _node.PushAsync("web", tag, image);

        using var page = await _node.Client.GetAsync("/v2/web/tags/list?n=2");
        var link = page.Headers.GetValues("Link").Single();
        var next = await _node.Client.GetStringAsync(link[1..link.IndexOf('>')]);
        using var none = await _node.Client.GetAsync("/v2/web/tags/list?n=0");

        Assert.Equal("""{"name":"web","tags":["C","a"]}""", (await page.Content.ReadAsStringAsync()).Trim());
        Assert.Equal("</v2/web/tags/list?n=2&last=a>; rel=\"next\"", link);
        Assert.Equal("""{"name":"web","tags":["b","d"]}""", next.Trim());
        Assert.Equal("""{"name":"web","tags":[]}""", (await none.Content.ReadAsStringAsync()).Trim());
        Assert.False(none.Headers.Contains("Link"));
        Assert.Equal(
            """{"name":"web","tags":["d"]}""",
            (await _node.Client.GetStringAsync("/v2/web/tags/list?last=b")).Trim());
        await BlobRouteTests.IsErrorAsync(await _node.Client.GetAsync("/v2/web/tags/list?n=x"), 400, "SIZE_INVALID");
    }

    [Fact]
    public async Task Repositories_are_listed()
    {
        await _node.PushAsync("web", "1", Artifact.Image("a"));
        await _node.PushAsync("ghcr.io/x/y", "1", Artifact.Chart("b"));

        Assert.Equal(
            """{"repositories":["ghcr.io/x/y","web"]}""", (await _node.Client.GetStringAsync("/v2/_catalog")).Trim());
        Assert.Equal(
            """{"repositories":["web"]}""",
            (await _node.Client.GetStringAsync("/v2/_catalog?last=ghcr.io/x/y")).Trim());
    }

    [Fact]
    public async Task What_is_about_a_manifest_is_found_by_it_be_it_here_or_not()
    {
        var image = Artifact.Image("signed");
        var signature = Artifact.About(image.Digest, image.Manifest.Length, "application/sig", "first");
        var bill = Artifact.About(image.Digest, image.Manifest.Length, "application/bill", "second");
        using var early = await _node.PushAsync("web", signature.Digest.Value, signature);
        await _node.PushAsync("web", "1", image);
        await _node.PushAsync("web", bill.Digest.Value, bill);

        var all = await ReferrersAsync($"/v2/web/referrers/{image.Digest}");
        using var some = await _node.Client.GetAsync($"/v2/web/referrers/{image.Digest}?artifactType=application/sig");
        var none = await ReferrersAsync($"/v2/web/referrers/{Digest.Of("nothing"u8)}");

        Assert.Equal(image.Digest.Value, early.Headers.GetValues("OCI-Subject").Single());
        Assert.Equal(2, all.Count);
        Assert.Equal("application/vnd.oci.image.index.v1+json", some.Content.Headers.ContentType!.ToString());
        Assert.Equal("artifactType", some.Headers.GetValues("OCI-Filters-Applied").Single());
        var one = Assert.Single(JsonNode.Parse(await some.Content.ReadAsStringAsync())!["manifests"]!.AsArray())!;
        Assert.Equal(
            (signature.Digest.Value, "application/sig", "first"),
            ((string)one["digest"]!, (string)one["artifactType"]!, (string)one["annotations"]!["word"]!));
        Assert.Empty(none);
        await BlobRouteTests.IsErrorAsync(await _node.Client.GetAsync("/v2/web/referrers/x"), 400, "DIGEST_INVALID");
    }

    [Fact]
    public async Task More_about_a_manifest_than_fits_comes_page_by_page()
    {
        var image = Artifact.Image("popular");
        for (var i = 0; i < 103; i++)
        {
            var about = Artifact.About(image.Digest, image.Manifest.Length, "application/word", $"{i}");
            await _node.PushAsync("web", about.Digest.Value, about);
        }

        using var page = await _node.Client.GetAsync($"/v2/web/referrers/{image.Digest}");
        var link = page.Headers.GetValues("Link").Single();
        var rest = await ReferrersAsync(link[1..link.IndexOf('>')]);

        Assert.Equal(3, rest.Count);
    }

    private async Task<JsonArray> ReferrersAsync(string path) =>
        JsonNode.Parse(await _node.Client.GetStringAsync(path))!["manifests"]!.AsArray();

    private static string WarningOf(HttpResponseMessage answer) => answer.Headers.GetValues("Warning").Single();
}
