using System.IO.Pipes;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Images.Registry;
using Swarm.Runtime.Builds;
using Swarm.Runtime.Images;

namespace Swarm.Runtime.Tests.Builds;

/// <summary>Room is made on the disk of a host that builds.</summary>
public sealed class RoomBetweenBuildsTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    [Fact]
    public async Task While_a_build_goes_on_nothing_goes_that_it_may_count_on_and_afterwards_it_does()
    {
        var built = await fixture.BuildAsync("FROM box\nLABEL one=1\nLABEL two=2\n");
        using var registries = new ImageRegistries(
            fixture.Images, new RegistryOptions(), TimeProvider.System, NullLogger<ImageRegistries>.Instance);
        var disk = new HostDisk(
            fixture.Images, fixture.Builder, new HostImages(fixture.Images, registries, fixture.Engine),
            TimeSpan.Zero, TimeProvider.System);
        var image = (await disk.ListIdleAsync(default)).Single(idle => idle.Image == built.Image.Id);
        var steps = fixture.Images.List().Count(one => one.IsIntermediate);

        using var context = new AnonymousPipeServerStream(PipeDirection.In);
        using var sender = new AnonymousPipeClientStream(PipeDirection.Out, context.ClientSafePipeHandle);
        var build = fixture.BuildAsync(new BuildRequest(), context);
        Assert.False(await disk.RemoveAsync(image, default));
        await disk.RemoveStepsAsync(TimeSpan.Zero, default);
        Assert.NotNull(fixture.Images.Find(built.Image.Id.Value));
        Assert.Equal(steps, fixture.Images.List().Count(one => one.IsIntermediate));

        await sender.DisposeAsync(); // nothing was sent: there is no Dockerfile
        await Assert.ThrowsAsync<BuildException>(() => build);
        Assert.True(await disk.RemoveAsync(image, default));
        await disk.RemoveStepsAsync(TimeSpan.Zero, default);
        Assert.Null(fixture.Images.Find(built.Image.Id.Value));
        Assert.DoesNotContain(fixture.Images.List(), one => one.IsIntermediate);
    }
}
