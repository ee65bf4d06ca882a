using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Names;

namespace Swarm.Images.Tests;

public sealed class RemovalRulesTests
{
    private static readonly Digest Image = Digest.Of("image"u8);

    private static readonly ImageReference One = ImageReference.Parse("one:1");

    private static readonly ImageReference Other = ImageReference.Parse("one:2");

    private static readonly ImageReference ByDigest = ImageReference.Parse($"one@{Digest.Of("manifest"u8)}");

    private static readonly ImageReference Elsewhere = ImageReference.Parse("two:1");

    private static ImmutableArray<ImageUser> Stopped => [new(new ContainerId(new string('c', 64)), false)];

    private static ImmutableArray<ImageUser> Running => [new(new ContainerId(new string('d', 64)), true)];

    [Fact]
    public void The_last_tag_takes_the_digests_of_its_repository_and_the_image_with_it()
    {
        var plan = Decide(One, force: false, [One, ByDigest], []);

        Assert.Equal([One, ByDigest], plan.Untagged.ToArray());
        Assert.True(plan.Deletes);
    }

    [Fact]
    public void One_of_several_names_is_all_that_goes_also_below_a_running_container()
    {
        foreach (var names in (ImmutableArray<ImageReference>[])[[One, Other, ByDigest], [One, Elsewhere]])
        {
            var plan = Decide(One, force: false, names, Running);

            Assert.Equal([One], plan.Untagged.ToArray());
            Assert.False(plan.Deletes);
        }
    }

    [Fact]
    public void What_is_refused_is_told_in_the_words_of_Docker()
    {
        var id = Image.Hex[..12];
        Assert.Equal(
            $"conflict: unable to remove repository reference \"one:1\" (must force) - container cccccccccccc is using "
            + $"its referenced image {id}",
            Decide(One, force: false, [One], Stopped).Refusal);
        Assert.Equal(
            $"conflict: unable to delete {id} (must be forced) - image is referenced in multiple repositories",
            Decide(null, force: false, [One, Elsewhere], []).Refusal);
        Assert.Equal(
            $"conflict: unable to delete {id} (must be forced) - image is being used by stopped container cccccccccccc",
            Decide(null, force: false, [One], Stopped).Refusal);
        Assert.Equal(
            $"conflict: unable to delete {id} (cannot be forced) - image is being used by running container "
            + "dddddddddddd",
            Decide(null, force: true, [One], Running).Refusal);
    }

    [Fact]
    public void Nobody_is_told_to_force_what_cannot_be_forced()
    {
        Assert.Contains(
            "(cannot be forced) - image is being used by running container",
            Decide(null, force: false, [One, Elsewhere], Running).Refusal, StringComparison.Ordinal);
        Assert.Contains(
            "(must be forced) - image is referenced in multiple repositories",
            Decide(null, force: false, [One, Elsewhere], Stopped).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Force_takes_all_names_and_what_only_stopped_containers_use()
    {
        var plan = Decide(null, force: true, [One, Elsewhere, ByDigest], Stopped);

        Assert.Equal(3, plan.Untagged.Length);
        Assert.True(plan.Deletes);
    }

    [Fact]
    public void By_force_an_image_below_a_running_container_or_built_upon_loses_its_name_alone()
    {
        var built = new ImageState([One], []) { IsBuiltUpon = true };

        foreach (var plan in (RemovalPlan[])[
            Decide(One, force: true, [One], Running), RemovalRules.Decide(Image, One, force: false, built)])
        {
            Assert.Equal([One], plan.Untagged.ToArray());
            Assert.False(plan.Deletes);
        }

        Assert.EndsWith(
            "image has dependent child images", RemovalRules.Decide(Image, null, force: true, built).Refusal,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_of_which_a_container_is_being_made_stays_whatever_is_asked() =>
        Assert.Contains(
            "is being made",
            RemovalRules.Decide(Image, One, force: true, new ImageState([One], []) { IsHeld = true }).Refusal,
            StringComparison.Ordinal);

    private static RemovalPlan Decide(
        ImageReference? name, bool force, ImmutableArray<ImageReference> names, ImmutableArray<ImageUser> users) =>
        RemovalRules.Decide(Image, name, force, new ImageState(names, users));
}
