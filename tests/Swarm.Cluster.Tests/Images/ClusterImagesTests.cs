using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Images;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Services;
using Swarm.Images.Peers;
using Swarm.Runtime.Images;

namespace Swarm.Cluster.Tests.Images;

/// <summary>What is asked of the owner of a name, and what is believed when he does not say.</summary>
public sealed class ClusterImagesTests : TestKit
{
    private static readonly ImageReference Name = ImageReference.Parse("web:1");

    // No node is asked for an image here.
    private readonly ClusterImages _images = new(null!, NullLogger<ClusterImages>.Instance);

    [Fact]
    public async Task A_name_means_what_its_owner_says_with_where_else_that_is_to_be_had()
    {
        Assert.False(_images.IsThere);
        _images.Join(TestActor);
        Assert.True(_images.IsThere);

        var asked = _images.FindMeaningAsync(Name, default);
        Assert.Equal(new GetImage("docker.io/library/web", "1"), await ExpectMsgAsync<GetImage>());
        LastSender.Tell(new ImageMeaning("docker.io/library/web", "1", Digest.Of([1]), [new NodeId("a")])
        {
            Origin = ImageOrigin.Registry,
        });

        Assert.Equal(new NameMeaning(Digest.Of([1]), ImageOrigin.Registry), await asked);
    }

    [Fact]
    public async Task A_name_that_is_not_known_means_nothing()
    {
        _images.Join(TestActor);

        var asked = _images.FindMeaningAsync(Name, default);
        await ExpectMsgAsync<GetImage>();
        LastSender.Tell(new ImageMeaning("docker.io/library/web", "1", null, []));

        Assert.Null(await asked);
    }

    [Fact]
    public async Task Of_a_name_whose_owner_does_not_say_it_is_not_believed_that_it_means_nothing()
    {
        _images.Join(TestActor);

        var asked = _images.FindMeaningAsync(Name, default);
        await ExpectMsgAsync<GetImage>();
        LastSender.Tell(new RequestRefused("the journal is away"));

        var refused = await Assert.ThrowsAsync<PeerException>(() => asked);
        Assert.Contains("no registry is asked for it", refused.Message, StringComparison.Ordinal);
    }
}
