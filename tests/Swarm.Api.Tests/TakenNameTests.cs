using System.Net;
using Swarm.Core.Images;

namespace Swarm.Api.Tests;

/// <summary>Names that go on this host, and what the cluster means by them then.</summary>
public sealed class TakenNameTests
{
    [Fact]
    public async Task A_name_that_means_another_image_in_the_cluster_by_now_is_taken_away_here_only()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));
        node.Meanings["docker.io/library/loaded:latest"] = Digest.Of("newer"u8);

        using var removed = await node.Client.DeleteAsync(new Uri("/images/loaded", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
        Assert.Empty(node.Store.List());
        Assert.Equal(Digest.Of("newer"u8), node.Meanings["docker.io/library/loaded:latest"]);
    }

    [Fact]
    public async Task A_prune_leaves_the_name_of_what_another_node_has_by_it()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));
        var image = node.Store.List().Single().Id;
        node.Others.Know("loaded:latest", fromRegistry: false, image);

        await node.Client.PostAsync(
            $"/images/prune?filters={Uri.EscapeDataString("{\"dangling\":[\"false\"]}")}", null);

        Assert.Empty(node.Store.List());
        Assert.Equal(image, node.Meanings["docker.io/library/loaded:latest"]);
    }

    [Fact]
    public async Task A_prune_leaves_all_names_where_a_node_does_not_say_what_it_has()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));
        var image = node.Store.List().Single().Id;
        node.Others.IsOneSilent = true;

        await node.Client.PostAsync(
            $"/images/prune?filters={Uri.EscapeDataString("{\"dangling\":[\"false\"]}")}", null);

        Assert.Empty(node.Store.List());
        Assert.Equal(image, node.Meanings["docker.io/library/loaded:latest"]);
    }
}
