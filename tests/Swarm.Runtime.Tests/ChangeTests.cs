using Swarm.Core.Containers;
using Swarm.Images;
using Swarm.Images.Trees;
using Swarm.Runtime.Files;

namespace Swarm.Runtime.Tests;

/// <summary>What a container changed of its image.</summary>
public sealed class ChangeTests(FilesFixture fixture) : IClassFixture<FilesFixture>
{
    private IContainerFiles Files => fixture.Engine.Files;

    [Fact]
    public async Task Changes_are_those_of_the_container_and_not_what_was_made_to_mount_on()
    {
        var container = await fixture.StartAfterAsync(
            "echo x > /data/new; rm /data/seed; mkdir -p /opt/a; chmod 700 /tmp; echo >> /etc/group; "
            + "rm -r /root; mkdir /root");

        var changes = await Files.FindChangesAsync(container.Id, default);

        Assert.Equal(
            [
                "0 /data", "1 /data/new", "2 /data/seed", "0 /etc", "0 /etc/group", "1 /opt", "1 /opt/a", "0 /root",
                "0 /tmp",
            ],
            changes.Select(change => $"{(int)change.Kind} {change.Path}"));
        Assert.True((await Files.WritableSizeAsync(container.Id, default)).Value > 2);
        var untouched = await fixture.StartAfterAsync("true");
        Assert.Empty(await Files.FindChangesAsync(untouched.Id, default));
    }

    [Fact]
    public async Task A_place_that_was_made_for_a_volume_is_a_change_and_in_an_image_of_it()
    {
        var container = await fixture.StartAfterAsync("true", EngineFixture.Shell("") with
        {
            Mounts =
            [
                new(MountKind.Volume, "", "/made/deep"), new(MountKind.Tmpfs, "", "/tmp"),
                new(MountKind.Bind, "/proc/version", "/etc/hosts"),
            ],
        });
        await fixture.OutputAsync(container, "echo v > /made/deep/of-volume");

        var changes = await Files.FindChangesAsync(container.Id, default);
        var image = await Files.CommitAsync(
            container.Id, new ImageCommit(new ImageConfiguration()), pause: true, default);

        Assert.Equal(["1 /made", "1 /made/deep"], changes.Select(change => $"{(int)change.Kind} {change.Path}"));
        var next = await fixture.StartAsync(EngineFixture.Shell("sleep 600") with { PinnedImage = image });
        Assert.Equal("/made/deep", await fixture.OutputAsync(next, "find /made/deep"));
    }

    [Fact]
    public async Task What_is_mounted_is_found_at_the_place_of_old_and_is_a_change_once_it_is_another()
    {
        var container = await fixture.StartAfterAsync("true");
        Assert.Equal("/proc/mounts", await fixture.OutputAsync(container, "readlink /etc/mtab"));

        await fixture.OutputAsync(container, "rm /etc/mtab; echo own > /etc/mtab");

        Assert.Equal(
            ["/etc", "/etc/mtab"],
            (await Files.FindChangesAsync(container.Id, default)).Select(change => change.Path));
    }
}
