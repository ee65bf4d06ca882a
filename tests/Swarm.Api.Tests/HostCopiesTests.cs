using Swarm.Api.Tests.Registry;
using Swarm.Core.Images;
using Swarm.Images.Peers;
using Swarm.Runtime.Images;

namespace Swarm.Api.Tests;

/// <summary>What the copies of this host take from others.</summary>
public sealed class HostCopiesTests
{
    [Fact]
    public async Task For_an_image_that_is_here_its_lists_alone_are_fetched()
    {
        await using var node = await ServedRegistry.StartAsync();
        var image = node.Others.Know("web:1", fromRegistry: false);
        var (wanted, other) = (ByDigest("wanted"), ByDigest("other"));
        node.Others.Lists =
            [new HeldList(wanted, 500, Artifact.IndexType), new HeldList(other, 500, Artifact.IndexType)];
        // Nothing is removed for room.
        var copies = new HostCopies(node.Store, disk: null!, node.Others);

        await copies.FetchListsAsync(image, [wanted.ToString()], default);
        await Assert.ThrowsAsync<PeerException>(
            () => copies.FetchListsAsync(image, [ByDigest("nobody's").ToString()], default));

        Assert.Empty(node.Others.Fetched);
        var (id, names) = Assert.Single(node.Others.ListsFetched);
        Assert.Equal((image, wanted), (id, Assert.Single(names)));
    }

    private static ImageReference ByDigest(string word) => ImageReference.Parse("web") with
    {
        Tag = null,
        Digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(word)),
    };
}
