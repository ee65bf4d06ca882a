using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core.Images;
using Swarm.Images.Registry;
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

        using var registries = new ImageRegistries(
            fixture.Images, new RegistryOptions(), TimeProvider.System, NullLogger<ImageRegistries>.Instance);
        var images = new HostImages(fixture.Images, registries, fixture.Engine);

        var removed = images.Prune(image => image.Names.All(name => name.Familiar != "box:latest"));

        Assert.Equal(["a", "m", "z"], removed.SelectMany(one => one.Untagged).Select(one => one.FamiliarRepository)
            .Order());
        Assert.Equal("box", Assert.Single(fixture.Images.List()).Names.Single().FamiliarRepository);
    }
}
