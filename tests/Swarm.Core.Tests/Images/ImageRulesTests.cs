using Swarm.Core.Images;

namespace Swarm.Core.Tests.Images;

public sealed class ImageRulesTests
{
    private static readonly Digest One = Digest.Of([1]);

    private static readonly Digest Other = Digest.Of([2]);

    [Fact]
    public void A_name_is_not_taken_away_from_another_image_than_the_one_that_went()
    {
        var repository = Named(Named(ImageRepository.Empty("web"), One), Other);

        Assert.Null(ImageRules.Unname(repository, Removed(One)));
        Assert.NotNull(ImageRules.Unname(repository, Removed(Other)));
        Assert.NotNull(ImageRules.Unname(repository, Removed(null)));
    }

    [Fact]
    public void That_a_registry_has_an_image_is_not_forgotten_as_long_as_the_name_means_it()
    {
        var pulled = Named(ImageRepository.Empty("web"), One, ImageOrigin.Registry);
        var loaded = Named(pulled, One, ImageOrigin.Cluster, "b");
        var built = Named(loaded, Other, ImageOrigin.Cluster, "b");

        Assert.Equal(ImageOrigin.Registry, ImageRules.Meaning(loaded, "1").Origin);
        Assert.Equal(["a", "b"], ImageRules.Meaning(loaded, "1").Holders.Select(holder => holder.Value));
        Assert.Equal(ImageOrigin.Cluster, ImageRules.Meaning(built, "1").Origin);
    }

    [Fact]
    public void Who_has_told_of_an_image_before_may_tell_later_that_a_registry_has_it()
    {
        var loaded = Named(ImageRepository.Empty("web"), One, ImageOrigin.Cluster);

        Assert.Null(ImageRules.Name(loaded, Name(One, ImageOrigin.Cluster, "a")));
        Assert.Equal(
            ImageOrigin.Registry, ImageRules.Meaning(Named(loaded, One, ImageOrigin.Registry), "1").Origin);
    }

    [Fact]
    public void Of_all_the_nodes_that_ever_said_that_they_have_an_image_the_last_are_known()
    {
        var repository = Enumerable.Range(0, 1000).Aggregate(
            ImageRepository.Empty("web"), (named, node) => Named(named, One, holder: $"node-{node}"));

        var holders = ImageRules.Meaning(repository, "1").Holders.Select(holder => holder.Value).ToList();

        Assert.Equal(Enumerable.Range(744, 256).Select(node => $"node-{node}"), holders);
        Assert.Null(ImageRules.Name(repository, Name(One, ImageOrigin.Unknown, "node-999")));
    }

    [Fact]
    public void By_which_manifest_a_tag_was_given_is_known_until_it_is_given_by_another_or_to_another_image()
    {
        var (list, later) = (Digest.Of([3]), Digest.Of([4]));
        var pushed = Given(ImageRepository.Empty("web"), One, list);
        var pulled = Named(pushed, One, holder: "b");
        var again = Given(pulled, One, later);
        var built = Named(again, Other, holder: "c");

        Assert.Equal(list, ImageRules.Meaning(pushed, "1").Manifest);
        Assert.Equal(list, ImageRules.Meaning(pulled, "1").Manifest);
        Assert.Equal(later, ImageRules.Meaning(again, "1").Manifest);
        Assert.Null(ImageRules.Meaning(built, "1").Manifest);
        Assert.Null(ImageRules.Name(pulled, Name(One, ImageOrigin.Unknown, "a") with { Manifest = list }));
    }

    private static ImageRepository Given(ImageRepository repository, Digest image, Digest manifest)
    {
        var name = new NameImage(new RequestId($"{image}{manifest}"), "web", "1", image, new NodeId("a"))
        {
            Manifest = manifest,
        };
        return ImageRules.Apply(repository, ImageRules.Name(repository, name)!);
    }

    private static ImageRepository Named(
        ImageRepository repository, Digest image, ImageOrigin origin = ImageOrigin.Unknown, string holder = "a") =>
        ImageRules.Apply(repository, ImageRules.Name(repository, Name(image, origin, holder))!);

    private static NameImage Name(Digest image, ImageOrigin origin, string holder) =>
        new(new RequestId($"{image}{origin}{holder}"), "web", "1", image, new NodeId(holder)) { Origin = origin };

    private static UnnameImage Removed(Digest? image) =>
        new(new RequestId("removed"), "web", "1") { ImageId = image };
}
