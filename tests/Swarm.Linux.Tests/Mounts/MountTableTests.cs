using Swarm.Linux.Mounts;

namespace Swarm.Linux.Tests.Mounts;

public sealed class MountTableTests
{
    private static readonly MountTable Table = MountTable.Parse(
    [
        "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
        @"22 21 8:1 /home /a\040place rw master:1 - ext4 /dev/sda1 rw",
        "23 22 0:40 / /a rw - tmpfs tmpfs rw",
        "24 23 0:41 / /a rw shared:7 master:2 - tmpfs tmpfs rw",
    ]);

    [Theory]
    [InlineData("/", true)]
    [InlineData("/a", true)]
    [InlineData("/a place", true)]
    [InlineData("/a/b", false)]
    [InlineData("/home", false)]
    public void A_mount_point_is_what_has_a_line(string path, bool isOne) =>
        Assert.Equal(isOne, Table.IsMountPoint(path));

    [Theory]
    [InlineData("/ab", "/", "ext4", true, false)]
    [InlineData("/a place/x", "/a place", "ext4", false, true)]
    [InlineData("/a/b/c", "/a", "tmpfs", true, true)]
    public void A_path_is_on_the_deepest_mount_above_it_and_the_last_one_there(
        string path, string point, string kind, bool isShared, bool isSlave) =>
        Assert.Equal(new MountedAt(point, kind, isShared, isSlave), Table.Find(path));

    [Fact]
    public void The_own_table_has_a_root() => Assert.True(MountTable.Read().IsMountPoint("/"));
}
