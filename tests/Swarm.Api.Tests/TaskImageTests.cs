using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images.Peers;
using Swarm.Runtime;
using Swarm.Runtime.Images;

namespace Swarm.Api.Tests;

/// <summary>Where the image of a task comes from, and what the cluster hears of it.</summary>
/// <remarks>The registry and the nodes of these tests keep nothing here: every task is refused in the end.</remarks>
public sealed class TaskImageTests
{
    private readonly FakeRegistries _registries = new();
    private readonly FakeClusterImages _others = new();
    private readonly List<(ImageReference Name, Digest Image)> _named = [];

    [Fact]
    public async Task What_a_task_pulls_by_a_name_that_the_cluster_does_not_know_is_named_there()
    {
        await RequireAsync("one:1");

        Assert.Equal([(ImageReference.Parse("one:1"), Digest.Of("pulled"u8))], _named);
    }

    [Fact]
    public async Task What_comes_from_nodes_or_was_pinned_is_named_already()
    {
        _others.Know("one:1", fromRegistry: true);
        await RequireAsync("one:1");
        await RequireAsync("two:1", Digest.Of("pinned"u8));

        Assert.Empty(_named);
        Assert.Single(_others.Fetched);
        Assert.Equal([Digest.Of("pinned"u8)], _registries.Pinned);
    }

    [Fact]
    public async Task A_task_whose_image_is_of_this_cluster_only_asks_no_registry_for_it()
    {
        _others.Know("own:1", fromRegistry: false, pushed: true);
        _others.IsAlone = true;

        var refused = await RequireAsync("own:1");

        Assert.Contains("means an image of this cluster only", refused, StringComparison.Ordinal);
        Assert.Empty(_registries.Shown);
    }

    [Fact]
    public async Task Of_a_list_the_registry_is_asked_first_and_then_the_nodes_that_have_the_image_of_it()
    {
        _others.Know("one:1", fromRegistry: true);
        var id = _others.Know("none:1", fromRegistry: true);

        await RequireAsync($"one@{Digest.Of("listed"u8)}");
        Assert.Empty(_others.Fetched);
        await RequireAsync($"none@{Digest.Of("listed"u8)}");

        Assert.Equal(2, _registries.Shown.Count);
        Assert.Equal(id, Assert.Single(_others.Fetched).Id);
    }

    [Theory]
    [InlineData("one", true)]
    [InlineData("one:2", true)]
    [InlineData("one", false)]
    public async Task A_task_that_names_the_digest_of_a_manifest_takes_it_from_nodes_that_have_it_before_any_registry(
        string name, bool fromRegistry)
    {
        var id = _others.Know("one:1", fromRegistry);
        _others.Know("other:1", fromRegistry: false);
        var manifest = Digest.Of("manifest of others"u8);

        await RequireAsync($"{name}@{manifest}");

        var (fetched, names) = Assert.Single(_others.Fetched);
        Assert.Equal(id, fetched);
        Assert.Contains(ImageReference.Parse($"one@{manifest}"), names);
        Assert.Empty(_registries.Shown);
    }

    [Fact]
    public async Task A_digest_that_no_node_knows_or_that_nobody_gives_any_more_is_asked_for_at_the_registry()
    {
        _others.Know("one:1", fromRegistry: true);
        await RequireAsync($"one@{Digest.Of("strange"u8)}");
        Assert.Single(_registries.Shown);

        _others.Refused = new PeerException("they went");
        await RequireAsync($"one@{Digest.Of("manifest of others"u8)}");

        Assert.Equal(2, _registries.Shown.Count);
    }

    [Fact]
    public async Task What_a_node_keeps_as_a_copy_for_others_is_found_by_the_digest_of_its_manifest()
    {
        var id = _others.Keep("own:1");

        await RequireAsync($"own@{Digest.Of("manifest of others"u8)}");

        Assert.Equal(id, Assert.Single(_others.Fetched).Id);
        Assert.Empty(_registries.Shown);
    }

    [Fact]
    public async Task Which_image_a_digest_means_is_found_out_of_nodes_for_a_service_and_no_registry_is_asked()
    {
        var id = _others.Know("one:1", fromRegistry: true);
        var own = _others.Know("own:1", fromRegistry: false, pushed: true);
        var images = new HostImages(new FakeImageStore(), _registries, new FakeContainerEngine(), _others);

        Assert.Equal(id, await FindAsync($"one:2@{Digest.Of("manifest of others"u8)}"));
        // Another node's platform need not be that of the node that is to run it, and the registry has all.
        Assert.Null(await FindAsync($"one@{Digest.Of("listed"u8)}"));
        Assert.Equal(own, await FindAsync($"own:2@{Digest.Of("listed"u8)}"));
        Assert.Null(await FindAsync($"other@{Digest.Of("manifest of others"u8)}"));
        Assert.Null(await FindAsync("one:1"));
        Assert.Empty(_registries.Shown);

        Task<Digest?> FindAsync(string name) => images.FindByDigestAsync(ImageReference.Parse(name), default);
    }

    [Fact]
    public async Task A_tag_stands_here_for_the_list_by_which_it_was_given_elsewhere()
    {
        var list = Digest.Of("a list"u8);
        _others.Know("none:1", fromRegistry: false, manifest: list);

        await RequireAsync("none:1");

        Assert.Equal(list, _store.Manifests[ImageReference.Parse("none:1")]);
    }

    private readonly FakeImageStore _store = new();

    private async Task<string> RequireAsync(string image, Digest? pinned = null)
    {
        var images = new HostImages(_store, _registries, new FakeContainerEngine(), _others)
        {
            NewlyKnown = (name, id, _, _) =>
            {
                _named.Add((name, id));
                return Task.CompletedTask;
            },
        };
        return (await Assert.ThrowsAsync<ContainerException>(() => images.RequireAsync(
            new ContainerSpec { Image = image, PinnedImage = pinned }, credentials: null, default))).Message;
    }
}
