using Swarm.Linux.Rooted;

namespace Swarm.Linux.Tests.Rooted;

public sealed class RootedFolderTests : IDisposable
{
    private readonly string _outer = Directory.CreateTempSubdirectory("swarmrooted").FullName;
    private readonly string _root;

    public RootedFolderTests() => _root = Directory.CreateDirectory(Path.Join(_outer, "root")).FullName;

    public void Dispose() => Directory.Delete(_outer, recursive: true);

    [Fact]
    public void Links_lead_nowhere_outside()
    {
        File.WriteAllText(Path.Join(_outer, "secret"), "outside");
        File.CreateSymbolicLink(Path.Join(_root, "up"), "../secret");
        File.CreateSymbolicLink(Path.Join(_root, "absolute"), Path.Join(_outer, "secret"));
        using var root = new RootedFolder(_root);

        Assert.Null(root.ReadText("/up"));
        Assert.Null(root.ReadText("/absolute"));
        Assert.Null(root.ReadText("/../secret"));
    }

    [Fact]
    public void Folders_are_made_within_though_a_link_points_out()
    {
        var target = Directory.CreateDirectory(Path.Join(_outer, "target")).FullName;
        File.CreateSymbolicLink(Path.Join(_root, "link"), target);
        Directory.CreateDirectory(_root + target);
        using var root = new RootedFolder(_root);

        Assert.Equal(_root + target + "/a/b", root.MakeFolder("/link/a/b"));
        Assert.Empty(Directory.GetFileSystemEntries(target));
    }

    [Fact]
    public void A_file_on_the_way_of_a_folder_is_refused()
    {
        File.WriteAllText(Path.Join(_root, "file"), "");
        using var root = new RootedFolder(_root);

        Assert.Equal(Errno.ENOTDIR, Assert.Throws<LinuxException>(() => root.MakeFolder("/file/a")).Number);
    }
}
