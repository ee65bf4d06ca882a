using System.Text;
using Swarm.Linux.Files;
using Swarm.Linux.Overlay;

namespace Swarm.Linux.Tests.Overlay;

public sealed class OverlayMountTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("swarm-overlay-").FullName;

    public void Dispose()
    {
        MountPoint.Unmount(_path + "/root");
        using var parent = Folder.Open(Path.GetDirectoryName(_path)!);
        parent.RemoveTree(Path.GetFileName(_path));
    }

    [Fact]
    public void Layers_are_seen_as_one_and_changes_go_to_the_upper_folder()
    {
        File.WriteAllText(Make("low") + "/a", "low");
        File.WriteAllText(Make("high") + "/a", "high");
        using var overlay = OverlayMount.Create([Make("high"), Make("low")], Make("upper"), Make("work"));
        overlay.AttachAt(Make("root"));

        Assert.True(MountPoint.IsMounted(_path + "/root"));
        Assert.Equal("high", File.ReadAllText(_path + "/root/a"));
        File.WriteAllText(_path + "/root/b", "changed");
        Assert.Equal("changed", File.ReadAllText(_path + "/upper/b"));

        MountPoint.Unmount(_path + "/root");
        MountPoint.Unmount(_path + "/root");
        Assert.False(MountPoint.IsMounted(_path + "/root"));
    }

    [Fact]
    public void One_that_is_attached_nowhere_can_be_written_to_and_is_gone_afterwards()
    {
        var mounts = File.ReadAllText("/proc/self/mountinfo");
        using (var overlay = OverlayMount.Create([Make("low")], Make("upper"), Make("work")))
        {
            overlay.Root.MakeFolder("made"u8, 0x1ed);
            Assert.DoesNotContain(_path, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
        }

        Assert.True(Directory.Exists(_path + "/upper/made"));
        Assert.DoesNotContain(_path, mounts, StringComparison.Ordinal);
    }

    [Fact]
    public void What_kernels_before_6_8_are_asked_for_makes_the_same_and_leaves_no_mount()
    {
        var lowers = Enumerable.Range(0, 190).Select(i => Make($"a:b,c/{i}")).ToList();
        File.WriteAllText(lowers[^1] + "/last", "last");
        using (var overlay = OverlayMount.CreateAtOnce(lowers, (Make("upper"), Make("work"))))
        {
            Assert.DoesNotContain(_path, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
            overlay.Root.MakeFolder("made"u8, 0x1ed);
            overlay.AttachAt(Make("root"));
        }

        Assert.Equal("last", File.ReadAllText(_path + "/root/last"));
        Assert.True(Directory.Exists(_path + "/upper/made"));
        using (var shown = OverlayMount.CreateAtOnce([lowers[0], lowers[^1]], null))
        {
            MountPoint.Unmount(_path + "/root");
            shown.AttachAt(Make("root"));
            Assert.Equal("last", File.ReadAllText(_path + "/root/last"));
        }

        var refused = Assert.Throws<LinuxException>(() => OverlayMount.CreateAtOnce(
            [.. Enumerable.Repeat(lowers[0], 300)], null));
        Assert.Contains("300 layers are too many", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_hundred_layers_with_paths_longer_than_an_option_are_mounted()
    {
        var long_ = new string('l', 200) + "/" + new string('m', 100);
        var lowers = Enumerable.Range(0, 200).Select(i => Make($"{long_}/{i}")).ToList();
        File.WriteAllText(lowers[^1] + "/last", "last");

        using var overlay = OverlayMount.Create(lowers, Make(long_ + "/upper"), Make(long_ + "/work"));
        overlay.AttachAt(Make("root"));

        Assert.Equal("last", File.ReadAllText(_path + "/root/last"));
    }

    [Fact]
    public void A_mount_in_use_is_taken_away_all_the_same()
    {
        using var overlay = OverlayMount.Create([Make("low")], Make("upper"), Make("work"));
        overlay.AttachAt(Make("root"));
        using var inUse = File.Create(_path + "/root/file");

        MountPoint.Unmount(_path + "/root");

        Assert.False(MountPoint.IsMounted(_path + "/root"));
        inUse.Write(Encoding.ASCII.GetBytes("still there"));
    }

    [Fact]
    public void A_missing_layer_is_refused_by_name()
    {
        var refused = Assert.Throws<LinuxException>(
            () => OverlayMount.Create([_path + "/missing"], Make("upper"), Make("work")));

        Assert.Contains("/missing", refused.Message, StringComparison.Ordinal);
    }

    private string Make(string name) => Directory.CreateDirectory(Path.Combine(_path, name)).FullName;
}
