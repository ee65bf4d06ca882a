using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Registry;
using Swarm.Images.Trees;
using Swarm.Runtime.Images;

namespace Swarm.Runtime.Tests.Builds;

/// <summary>Images that nobody uses go together.</summary>
public sealed class PruneTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    [Fact]
    public async Task An_image_goes_together_with_those_that_were_built_from_it_whatever_the_order()
    {
        foreach (var (name, from) in new[] { ("m", "box"), ("a", "m"), ("z", "a") })
        {
            var built = await fixture.BuildAsync($"FROM {from}\nLABEL {name}=1\n");
            fixture.Images.Tag(built.Image.Id.Value, ImageReference.Parse(name));
        }

        var removed = Prune(image => image.Names.All(name => name.Familiar != "box:latest"));

        Assert.Equal(["a", "m", "z"], removed.SelectMany(one => one.Untagged).Select(one => one.FamiliarRepository)
            .Order());
        Assert.Equal("box", Assert.Single(fixture.Images.List()).Names.Single().FamiliarRepository);
    }

    [Fact]
    public async Task What_has_no_tag_any_more_goes_with_the_last_that_was_built_from_it()
    {
        var container = new ContainerId(Guid.NewGuid().ToString("N"));
        await fixture.Images.MountRootAsync(container, fixture.Images.Find("box")!.Id, default);
        var commit = new ImageCommit(new ImageConfiguration()) { Name = ImageReference.Parse("parent") };
        var parent = (await fixture.Images.CommitAsync(container, commit, default)).Id;
        fixture.Images.UnmountRoot(container, discard: true);
        var child = (await fixture.BuildAsync("FROM parent\nLABEL c=1\n")).Image.Id;
        fixture.Images.Remove("parent", force: false, new HashSet<ContainerId>());

        var removed = Prune(image => image.IsDangling);

        Assert.Equal(
            new[] { child.Value, parent.Value }.Order(),
            removed.SelectMany(one => one.Deleted).Select(one => one.Value).Order());
    }

    private ImmutableArray<ImageRemoval> Prune(Func<ImageSummary, bool> isChosen)
    {
        using var registries = new ImageRegistries(
            fixture.Images, new RegistryOptions(), TimeProvider.System, NullLogger<ImageRegistries>.Instance);
        return new HostImages(fixture.Images, registries, fixture.Engine).Prune(isChosen);
    }
}
