using Swarm.Core.Images;
using Swarm.Images.Registry;

namespace Swarm.Api.Tests;

/// <summary>Who asks to pull a name gets it from the registry or from nodes that have it: which comes first.</summary>
public sealed class PullOrderTests
{
    [Fact]
    public async Task What_never_was_in_a_registry_comes_from_nodes_and_no_registry_is_asked_for_it()
    {
        await using var node = await ServedNode.StartAsync();
        var id = node.Others.Know("own:1", fromRegistry: false);

        await PullAsync(node, "own", "1");

        Assert.Empty(node.Registries.Shown);
        var (fetched, names) = Assert.Single(node.Others.Fetched);
        Assert.Equal(id, fetched);
        Assert.Equal([ImageReference.Parse("own:1")], names.AsEnumerable());
        Assert.Equal(id, node.Meanings["docker.io/library/own:1"]);
    }

    [Fact]
    public async Task What_came_from_a_registry_is_asked_for_there_first()
    {
        await using var node = await ServedNode.StartAsync();
        node.Others.Know("one:1", fromRegistry: true);

        await PullAsync(node, "one", "1");

        Assert.Single(node.Registries.Shown);
        Assert.Empty(node.Others.Fetched);
    }

    [Fact]
    public async Task What_its_registry_does_not_give_any_more_comes_from_nodes_with_the_digest_by_which_it_was_there()
    {
        await using var node = await ServedNode.StartAsync();
        node.Others.Know("none:1", fromRegistry: true);

        var answer = await PullAsync(node, "none", "1");

        Assert.Contains("docker.io does not give it: manifest for none:1 not found", answer, StringComparison.Ordinal);
        Assert.Equal(
            [ImageReference.Parse("none:1"), ImageReference.Parse($"none@{Digest.Of("listed"u8)}")],
            Assert.Single(node.Others.Fetched).Names.AsEnumerable());
    }

    [Fact]
    public async Task What_a_registry_gives_broken_is_not_taken_from_elsewhere()
    {
        await using var node = await ServedNode.StartAsync();
        node.Others.Know("one:1", fromRegistry: true);
        node.Registries.Broken = new RegistryException(RegistryFault.Invalid, "it has another digest");

        Assert.Contains("it has another digest", await PullAsync(node, "one", "1"), StringComparison.Ordinal);
        Assert.Empty(node.Others.Fetched);
    }

    [Fact]
    public async Task Another_platform_than_this_hosts_is_asked_for_at_the_registry_alone()
    {
        await using var node = await ServedNode.StartAsync();
        node.Others.Know("none:1", fromRegistry: true);

        await PullAsync(node, "none", "1&platform=linux/arm64");

        Assert.Single(node.Registries.Shown);
        Assert.Empty(node.Others.Fetched);
    }

    [Fact]
    public async Task Of_what_never_was_in_a_registry_no_other_platform_is_asked_for_there()
    {
        await using var node = await ServedNode.StartAsync();
        node.Others.Know("own:1", fromRegistry: false);

        await PullAsync(node, "own", "1&platform=linux/s390x");

        Assert.Empty(node.Registries.Shown);
        Assert.Single(node.Others.Fetched);
    }

    [Fact]
    public async Task What_was_pushed_to_a_node_has_a_digest_and_still_no_registry_is_asked_for_it()
    {
        await using var node = await ServedNode.StartAsync();
        var id = node.Others.Know("team/app:1", fromRegistry: false, pushed: true);

        await PullAsync(node, "team/app", "1");

        Assert.Empty(node.Registries.Shown);
        Assert.Equal(id, Assert.Single(node.Others.Fetched).Id);
    }

    [Fact]
    public async Task What_never_was_in_a_registry_and_no_node_has_now_is_missing_and_not_asked_for_elsewhere()
    {
        await using var node = await ServedNode.StartAsync();
        node.Others.Know("own:1", fromRegistry: false);
        node.Others.IsAlone = true;

        var answer = await PullAsync(node, "own", "1");

        Assert.Contains("means an image of this cluster only", answer, StringComparison.Ordinal);
        Assert.Empty(node.Registries.Shown);
        Assert.DoesNotContain("docker.io/library/own:1", node.Meanings.Keys);
    }

    [Fact]
    public async Task What_came_from_a_registry_and_no_node_has_now_is_asked_for_there()
    {
        await using var node = await ServedNode.StartAsync();
        node.Others.Know("one:1", fromRegistry: true);
        node.Others.IsAlone = true;

        await PullAsync(node, "one", "1");

        Assert.Single(node.Registries.Shown);
    }

    [Fact]
    public async Task A_name_of_which_the_cluster_does_not_tell_what_it_means_is_asked_for_nowhere()
    {
        await using var node = await ServedNode.StartAsync();
        node.Others.IsSilent = true;

        Assert.Contains("nobody tells", await PullAsync(node, "one", "1"), StringComparison.Ordinal);
        Assert.Empty(node.Registries.Shown);
    }

    [Fact]
    public async Task A_digest_that_its_registry_does_not_give_comes_from_nodes_that_know_the_image_by_it()
    {
        await using var node = await ServedNode.StartAsync();
        var id = node.Others.Know("none:1", fromRegistry: true);

        await PullAsync(node, "none", Digest.Of("listed"u8).Value);

        var (fetched, names) = Assert.Single(node.Others.Fetched);
        Assert.Equal(id, fetched);
        Assert.Equal([ImageReference.Parse($"none@{Digest.Of("listed"u8)}")], names.AsEnumerable());
    }

    private static async Task<string> PullAsync(ServedNode node, string name, string tag)
    {
        using var answer = await node.Client.PostAsync(
            new Uri($"/images/create?fromImage={name}&tag={tag}", UriKind.Relative), content: null);
        return await answer.Content.ReadAsStringAsync();
    }
}
