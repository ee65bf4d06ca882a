using Swarm.Client.Images;

namespace Swarm.Daemon.Tests.Services;

/// <summary>swarmd is killed while it works, and comes back to what was asked of it.</summary>
public sealed class CrashTests(SharedNode shared) : IClassFixture<SharedNode>
{
    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(250)]
    [InlineData(450)]
    [InlineData(800)]
    public async Task Killed_during_a_deploy_it_ends_with_exactly_what_was_asked(int delayMilliseconds)
    {
        var node = shared.Node;
        var spec = TestNode.Read(Composed.Sleepers(10));
        var deploying = node.Client.DeployAsync(spec);
        await Task.Delay(TimeSpan.FromMilliseconds(delayMilliseconds), TimeProvider.System);

        await node.ReplaceDaemonAsync();

        // Repeated by the client until it is heard, with the same request: once only.
        var accepted = await deploying;
        await node.UntilAsync(spec.Name, service => ServiceLifeTests.Running(service) == 10);
        await node.UntilTracesAsync(IsExactlyTen);
        Assert.Equal(1, accepted.Version);
        Assert.False((await node.Client.DeployAsync(spec)).Changed);

        await node.RemoveAsync(spec.Name);
        await node.UntilTracesAsync(traces => traces.All().Count == 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(200)]
    public async Task Killed_during_a_removal_it_leaves_nothing(int delayMilliseconds)
    {
        var node = shared.Node;
        var service = await node.RunAsync(Composed.Sleepers(8));
        await node.Client.RemoveAsync(service.Spec.Name);
        await Task.Delay(TimeSpan.FromMilliseconds(delayMilliseconds), TimeProvider.System);

        await node.ReplaceDaemonAsync();

        await node.UntilGoneAsync(service.Spec.Name);
        await node.UntilTracesAsync(traces => traces.All().Count == 0);
    }

    [Fact]
    public async Task Killed_during_the_load_of_an_image_it_has_the_old_one_whole_and_takes_the_new_one_again()
    {
        var node = shared.Node;
        using var images = new ImageClient(node.Daemon.Socket);
        var before = await images.ListAsync();
        var archive = new HaltingStream(BusyboxArchive.Open());
        var import = images.ImportAsync(archive, "box", "next");
        await node.UntilAsync(() => Task.FromResult(Staged(node) > 0), () => "nothing of it has arrived");

        await node.ReplaceDaemonAsync();
        archive.Resume();

        await Assert.ThrowsAnyAsync<Exception>(() => import);
        Assert.Equal(before.Select(image => image.Id), (await images.ListAsync()).Select(image => image.Id));
        Assert.Equal(0, Staged(node));
        await images.ImportAsync(BusyboxArchive.Open(), "box", "next");
        var service = await node.RunAsync(Composed.Sleepers(1).Replace(
            "image: box", "image: box:next", StringComparison.Ordinal));
        await node.RemoveAsync(service.Spec.Name);
    }

    private static int Staged(TestNode node) =>
        Directory.EnumerateFiles($"{node.Daemon.DataRoot}/images/tmp", "*", SearchOption.AllDirectories).Count();

    private static bool IsExactlyTen(HostTraces traces) =>
        (traces.Programs.Count, traces.Monitors.Count, traces.Roots.Count, traces.Networks.Count, traces.Cgroups.Count,
            traces.Folders.Count) == (10, 10, 10, 10, 10, 10);
}
