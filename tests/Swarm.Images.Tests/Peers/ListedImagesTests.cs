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

    private async Task<(int Images, bool IsWhole)> ListAsync()
    {
        var listed = await _two.Images.ListAsync(CancellationToken.None);
        return (listed.Images.Length, listed.IsWhole);
    }
}
