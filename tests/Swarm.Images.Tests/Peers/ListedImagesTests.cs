using Swarm.Images.Repositories;

namespace Swarm.Images.Tests.Peers;

/// <summary>What a node learns when it asks others for all their images.</summary>
public sealed class ListedImagesTests : IAsyncLifetime
{
    private readonly OtherPeers _peers = new();
    private ServedPeer _one = null!;
    private ServedPeer _two = null!;

    public async Task InitializeAsync()
    {
        _one = await ServedPeer.StartAsync("one", _peers);
        _two = await ServedPeer.StartAsync("two", _peers);
    }

    public async Task DisposeAsync()
    {
        foreach (var peer in (ServedPeer[])[_one, _two]) await peer.DisposeAsync();
    }

    [Fact]
    public async Task A_node_that_can_be_reached_and_does_not_answer_is_told_from_one_that_has_nothing()
    {
        Assert.Equal((0, true), await ListAsync());

        // More than is read of an answer, as of a node with very many images.
        _one.Fault = context =>
        {
            context.Response.ContentLength = 1L << 40;
            context.Abort();
            return Task.FromResult(true);
        };

        Assert.Equal((0, false), await ListAsync());
    }

    [Fact]
    public async Task Lists_are_told_to_who_asks_for_one_image_or_a_digest_and_not_with_all_images()
    {
        var pushed = await new PushedLists(_one).PushAsync("1", "here", "there");
        var shared = _one.Images.Shared;

        Assert.Null(Assert.Single(shared.ListImages()).Lists);
        Assert.Single(Assert.Single(shared.ListImages(pushed.Digest)).Lists!);
        Assert.Single(shared.FindImage(pushed.Image)!.Lists!);
    }

    [Fact]
    public async Task What_is_brought_takes_no_room_from_pushes_and_the_oldest_of_it_goes()
    {
        var lists = new PushedLists(_one);
        var (first, second) = (await lists.PushAsync("1", "here", "there"), await lists.PushAsync("2", "here", "far"));
        var store = _two.Home.Store;
        store.BroughtMax = 1;
        Assert.True(await _two.Images.BringManifestAsync(PushedLists.ByDigest(first.Other), default));
        Assert.True(await _two.Images.BringManifestAsync(PushedLists.ByDigest(second.Other), default));

        Assert.Null(store.FindManifestIn(PushedLists.Web, first.Other.Value));
        Assert.NotNull(store.FindManifestIn(PushedLists.Web, second.Other.Value));
        var pushed = await new PushedLists(_two, manifestsMax: 3).PushAsync("1", "here", "there");
        Assert.NotNull(store.FindManifestIn(PushedLists.Web, pushed.Digest.Value));
        var refused = await Assert.ThrowsAsync<RepositoryException>(
            () => new PushedLists(_two, manifestsMax: 3).PushAsync("2", "here", "far"));
        Assert.Equal(RepositoryFault.TooManyRequests, refused.Fault);
    }

    private async Task<(int Images, bool IsWhole)> ListAsync()
    {
        var listed = await _two.Images.ListAsync(CancellationToken.None);
        return (listed.Images.Length, listed.IsWhole);
    }
}
