using System.Text.Json.Nodes;
using Swarm.Core.Images;

namespace Swarm.Api.Tests.Registry;

/// <summary>Manifests that are taken away where others lead to the same image, and what is told of names.</summary>
public sealed class TakenManifestTests : IAsyncLifetime
{
    private ServedRegistry _node = null!;

    public async Task InitializeAsync() => _node = await ServedRegistry.StartAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task A_manifest_of_a_list_goes_alone_and_with_it_the_image_that_it_was_here()
    {
        var image = Artifact.Image("own");
        await _node.PushAsync("multi", image.Digest.Value, image);
        var list = Artifact.Index(image);
        await _node.PutManifestAsync("multi", "1", list, Artifact.IndexType);
        Assert.NotNull(_node.Store.Find("multi:1"));

        using var taken = await _node.SendAsync(HttpMethod.Delete, $"/v2/multi/manifests/{image.Digest}");

        Assert.Equal(202, (int)taken.StatusCode);
        await IsGoneAsync("multi", image);
        Assert.Null(_node.Store.Find("multi:1"));
        Assert.Empty(_node.Meanings);
        Assert.Equal(list, await _node.Client.GetByteArrayAsync("/v2/multi/manifests/1"));
        Assert.Equal(list, await _node.Client.GetByteArrayAsync($"/v2/multi/manifests/{Digest.Of(list)}"));
    }

    [Fact]
    public async Task Of_two_manifests_of_one_image_one_goes_and_the_other_stays()
    {
        var first = Artifact.Image("twice");
        var second = new Artifact(first.Blobs, [.. first.Manifest, .. "\n"u8]);
        await _node.PushAsync("web", "1", first);
        await _node.PushAsync("web", "2", second);

        using var taken = await _node.SendAsync(HttpMethod.Delete, $"/v2/web/manifests/{first.Digest}");

        Assert.Equal(202, (int)taken.StatusCode);
        await IsGoneAsync("web", first);
        Assert.Equal(second.Manifest, await _node.Client.GetByteArrayAsync("/v2/web/manifests/2"));
        Assert.Equal(first.Config, _node.Store.Find("web:2")!.Id);
        Assert.Null(_node.Store.Find("web:1"));
    }

    [Fact]
    public async Task The_rest_of_a_list_of_tags_is_in_the_registry_that_was_asked_for()
    {
        foreach (var tag in new[] { "a", "b" }) await _node.PushAsync("ghcr.io/x/y", tag, Artifact.Image("far"));
        await _node.PushAsync("x/y", "c", Artifact.Image("near"));

        using var page = await _node.Client.GetAsync("/v2/x/y/tags/list?n=1&ns=ghcr.io");
        var link = page.Headers.GetValues("Link").Single();
        var rest = await _node.Client.GetStringAsync(link[1..link.IndexOf('>')]);

        Assert.Equal("""{"name":"x/y","tags":["b"]}""", rest.Trim());
    }

    [Fact]
    public async Task The_rest_of_what_is_about_a_manifest_is_in_the_registry_that_was_asked_for()
    {
        var image = Artifact.Image("popular");
        for (var i = 0; i < 101; i++)
        {
            var about = Artifact.About(image.Digest, image.Manifest.Length, "application/word", $"{i}");
            await _node.PushAsync("ghcr.io/x/y", about.Digest.Value, about);
        }

        using var page = await _node.Client.GetAsync($"/v2/x/y/referrers/{image.Digest}?ns=ghcr.io");
        var link = page.Headers.GetValues("Link").Single();
        var rest = JsonNode.Parse(await _node.Client.GetStringAsync(link[1..link.IndexOf('>')]))!;

        Assert.Single(rest["manifests"]!.AsArray());
    }

    [Fact]
    public async Task What_is_warned_of_stays_within_what_clients_read()
    {
        var image = Artifact.Image("warned");
        foreach (var blob in image.Blobs) await _node.PushBlobAsync("web", blob);
        _node.WhyUntold = name => $"{name} {new string('x', 400)}";

        using var pushed = await _node.PutManifestAsync(
            "web", $"{image.Digest}?" + string.Join('&', Enumerable.Range(0, 32).Select(i => $"tag=t{i}")),
            image.Manifest);

        var warnings = pushed.Headers.GetValues("Warning").ToList();
        Assert.All(warnings, warning => Assert.StartsWith("299 - \"", warning, StringComparison.Ordinal));
        Assert.InRange(warnings.Sum(warning => warning.Length), 1000, 4096);
    }

    private async Task IsGoneAsync(string repository, Artifact image)
    {
        using var head = await _node.SendAsync(HttpMethod.Head, $"/v2/{repository}/manifests/{image.Digest}");
        Assert.Equal(404, (int)head.StatusCode);
    }
}
