using Swarm.Core.Images;
using Swarm.Images.Trees;
using Swarm.Runtime.Files;

namespace Swarm.Runtime.Tests;

/// <summary>Containers that become images.</summary>
public sealed class CommitTests(FilesFixture fixture) : IClassFixture<FilesFixture>
{
    private IContainerFiles Files => fixture.Engine.Files;

    [Fact]
    public async Task Programs_find_the_file_that_tells_them_of_a_container_and_no_image_has_it()
    {
        var container = await fixture.StartAfterAsync("true");
        var commit = new ImageCommit(fixture.Images.Find(fixture.Image.Value)!.Configuration);

        var image = await Files.CommitAsync(container.Id, commit, pause: false, default);

        Assert.Equal("755 0 0 0", await fixture.OutputAsync(container, "stat -c '%a %u %g %s' /.dockerenv"));
        var next = await fixture.StartAsync(EngineFixture.Shell("sleep 600") with { PinnedImage = image });
        // Were it the image's, its removal would be a change.
        await fixture.OutputAsync(next, "rm /.dockerenv");
        Assert.Empty(await Files.FindChangesAsync(next.Id, default));
    }

    [Fact]
    public async Task A_committed_image_has_the_changes_and_its_own_configuration()
    {
        var container = await fixture.StartAfterAsync(
            "echo x > /data/new; ln /data/new /data/second; rm /data/seed; rm -r /data/deep; mkdir /data/deep; "
            + "echo y > /data/deep/in; chmod 1750 /tmp; ln -s /data /way");
        var configuration = fixture.Images.Find(fixture.Image.Value)!.Configuration;
        var name = ImageReference.Parse("committed:1");
        var commit = new ImageCommit(configuration with { Environment = ["FROM=commit"], Author = "me" })
        {
            Name = name,
            Comment = "by hand",
            CreatedBy = "sh",
        };

        var first = await Files.CommitAsync(container.Id, commit, pause: true, default);

        Assert.Equal(ContainerPhase.Running, fixture.Engine.Find(container.Id)!.Phase);
        Assert.False(fixture.Engine.Find(container.Id)!.IsPaused);
        Assert.Equal(first, fixture.Images.Find("committed:1")!.Id);
        var next = await fixture.StartAsync(EngineFixture.Shell("sleep 600") with { PinnedImage = first });
        Assert.Equal(
            "x x y commit",
            await fixture.OutputAsync(
                next, "test ! -e /data/seed && echo $(cat /data/new /way/second /data/deep/*) $FROM"));
        Assert.Equal("1750 2", await fixture.OutputAsync(next, "echo $(stat -c %a /tmp) $(stat -c %h /data/new)"));
        Assert.Empty(await Files.FindChangesAsync(next.Id, default));
        await fixture.OutputAsync(next, "rm /data/new; rm -r /data/deep");
        var second = await Files.CommitAsync(next.Id, commit with { Name = null }, pause: false, default);
        var last = await fixture.StartAsync(EngineFixture.Shell("sleep 600") with { PinnedImage = second });
        Assert.Equal("second", await fixture.OutputAsync(last, "ls /data"));
    }

    [Fact]
    public async Task Of_one_that_runs_several_are_made_at_a_time_and_it_goes_on()
    {
        var container = await fixture.StartAfterAsync("echo x > /data/new");
        var commit = new ImageCommit(fixture.Images.Find(fixture.Image.Value)!.Configuration);

        var images = await Task.WhenAll(Enumerable.Range(0, 5).Select(
            _ => Files.CommitAsync(container.Id, commit, pause: true, default)));

        Assert.All(images, image => Assert.NotNull(fixture.Images.Find(image.Value)));
        Assert.False(fixture.Engine.Find(container.Id)!.IsPaused);
    }

    [Fact]
    public async Task What_was_committed_is_unpacked_though_nobody_runs_it()
    {
        var container = await fixture.StartAfterAsync("echo x > /data/new");
        var commit = new ImageCommit(fixture.Images.Find(fixture.Image.Value)!.Configuration);

        var image = await Files.CommitAsync(container.Id, commit, pause: true, default);

        using var patience = new CancellationTokenSource(global::Swarm.Tests.Patience.Seconds(20));
        while (fixture.Images.Examine(image.Value).Layers[^1].Tree.Length == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
    }
}
