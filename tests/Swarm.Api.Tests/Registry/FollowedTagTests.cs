using System.Text.Json.Nodes;
using Swarm.Core.Images;

namespace Swarm.Api.Tests.Registry;

/// <summary>Tags of this node's registry that mean something else on another node since.</summary>
public sealed class FollowedTagTests : IAsyncLifetime
{
    private ServedRegistry _node = null!;

    public async Task InitializeAsync() => _node = await ServedRegistry.StartAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task A_tag_that_was_given_to_another_image_on_another_node_is_followed()
    {
        var newer = await PushTwoAsync();
        _node.Others.Know("web:1", fromRegistry: false, newer.Config);

        Assert.Equal(newer.Manifest, await _node.Client.GetByteArrayAsync("/v2/web/manifests/1"));
        Assert.Equal(newer.Config, _node.Store.Find("web:1")!.Id);
    }

    [Theory]
    [InlineData(false, false)] // was pushed here just now, and the cluster has not heard of it
    [InlineData(true, true)] // its registry has it: who wants what is newer there pulls it
    public async Task A_tag_that_is_not_older_than_what_the_cluster_means_by_it_is_given_as_it_is(
        bool isHeard, bool fromRegistry)
    {
        var newer = await PushTwoAsync();
        _node.Others.Know("web:1", fromRegistry, newer.Config);
        _node.IsHeard = isHeard;

        Assert.Equal(
            Artifact.Image("old").Manifest, await _node.Client.GetByteArrayAsync("/v2/web/manifests/1"));
        Assert.Equal(0, _node.Origin.Asked);
    }

    [Fact]
    public async Task A_tag_whose_image_cannot_be_had_is_not_answered_with_the_one_before()
    {
        await PushTwoAsync();
        _node.Others.Know("web:1", fromRegistry: false, Digest.Of("gone"u8));

        using var got = await _node.Client.GetAsync("/v2/web/manifests/1");

        Assert.Equal(404, (int)got.StatusCode);
        Assert.Contains("nobody has", await got.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_was_given_by_another_list_on_another_node_is_followed_though_it_means_the_same_image()
    {
        var (image, other) = (Artifact.Image("here"), Artifact.Image("there", "riscv64"));
        await _node.PushAsync("web", image.Digest.Value, image);
        await _node.PushAsync("web", other.Digest.Value, other);
        var (list, later) = (Artifact.Index(image), Artifact.Index(image, other));
        using var pushed = await _node.PutManifestAsync("web", "1", list, Artifact.IndexType);
        Assert.Equal(Digest.Of(list), _node.Given["docker.io/library/web:1"]);
        _node.Others.Know("web:1", fromRegistry: false, image.Config, manifest: Digest.Of(later));
        var asked = new List<string>();
        _node.Others.Bring = async name =>
        {
            asked.Add(name.ToString());
            using var brought = await _node.PutManifestAsync(
                "web", name.Digest!.Value.Value, later, Artifact.IndexType);
            return true;
        };

        Assert.Equal(later, await _node.Client.GetByteArrayAsync("/v2/web/manifests/1"));
        Assert.Equal(later, await _node.Client.GetByteArrayAsync("/v2/web/manifests/1"));

        Assert.Equal([$"docker.io/library/web@{Digest.Of(later)}"], asked);
        Assert.Equal(image.Config, _node.Store.Find("web:1")!.Id);
    }

    [Fact]
    public async Task Where_nobody_has_the_list_any_more_that_a_tag_was_given_by_the_image_itself_is_given()
    {
        var image = Artifact.Image("here");
        await _node.PushAsync("web", image.Digest.Value, image);
        using var pushed = await _node.PutManifestAsync("web", "1", Artifact.Index(image), Artifact.IndexType);
        _node.Others.Know("web:1", fromRegistry: false, image.Config, manifest: Digest.Of("lost"u8));

        Assert.Equal(image.Manifest, await _node.Client.GetByteArrayAsync("/v2/web/manifests/1"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // it was removed by its digest: the list is what is left
    public async Task Where_that_list_is_lost_an_image_is_given_that_came_here_by_another_manifest_before(bool isThere)
    {
        var image = Artifact.Image("here");
        var other = JsonNode.Parse(image.Manifest)!.AsObject();
        other["annotations"] = new JsonObject { ["word"] = "other" };
        await _node.PushAsync("elsewhere", "1", image with { Manifest = Artifact.Json(other) });
        await _node.PushAsync("web", image.Digest.Value, image);
        var list = Artifact.Index(image);
        using var pushed = await _node.PutManifestAsync("web", "1", list, Artifact.IndexType);
        if (!isThere) _node.Repositories.RemoveManifest(ImageReference.Parse("web"), image.Digest.Value);
        _node.Others.Know("web:1", fromRegistry: false, image.Config, manifest: Digest.Of("lost"u8));

        Assert.Equal(
            isThere ? image.Manifest : list, await _node.Client.GetByteArrayAsync("/v2/web/manifests/1"));
    }

    [Fact]
    public async Task A_tag_that_was_pushed_here_and_is_no_image_of_this_host_is_given_as_it_was_pushed()
    {
        var elsewhere = Artifact.Image("elsewhere");
        await _node.PushAsync("other", "1", elsewhere);
        var (chart, foreign) = (Artifact.Chart("chart"), Artifact.Image("foreign", "riscv64"));
        await _node.PushAsync("web", "1", chart);
        await _node.PushAsync("far", "1", foreign);
        _node.Others.Know("web:1", fromRegistry: false, elsewhere.Config);
        _node.Others.Know("far:1", fromRegistry: false, elsewhere.Config);

        Assert.Equal(chart.Manifest, await _node.Client.GetByteArrayAsync("/v2/web/manifests/1"));
        Assert.Equal(foreign.Manifest, await _node.Client.GetByteArrayAsync("/v2/far/manifests/1"));
        Assert.Null(_node.Store.Find("web:1"));
    }

    private async Task<Artifact> PushTwoAsync()
    {
        var newer = Artifact.Image("new");
        await _node.PushAsync("web", "1", Artifact.Image("old"));
        await _node.PushAsync("elsewhere", "1", newer);
        return newer;
    }
}
