using Swarm.Linux.Files;
using Swarm.Linux.Rooted;

namespace Swarm.Linux.Tests.Rooted;

public sealed class RootedFolderTests : IDisposable
{
    /// <summary>The device that never ends.</summary>
    private static readonly DeviceNumber Zero = new(1, 5);

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

    [Theory]
    [InlineData(FileKind.Fifo)]
    [InlineData(FileKind.CharacterDevice)]
    [InlineData(FileKind.Socket)]
    [InlineData(FileKind.Folder)]
    public async Task What_may_have_no_end_is_no_text(FileKind kind)
    {
        using var root = new RootedFolder(_root);
        using (var folder = Folder.Open(_root))
        {
            if (kind == FileKind.Folder) Directory.CreateDirectory(Path.Join(_root, "odd"));
            else folder.MakeNode("odd"u8, kind, kind == FileKind.CharacterDevice ? Zero : default);
        }

        var reading = Task.Run(() => root.ReadText("/odd"));

        Assert.Null(await reading.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
    }

    [Fact]
    public void A_text_is_read_whole_unless_it_is_beyond_all_measure()
    {
        File.WriteAllText(Path.Join(_root, "text"), "gr\u00fcn\n");
        using (var large = File.Create(Path.Join(_root, "large"))) large.SetLength(1L << 40);
        using var root = new RootedFolder(_root);

        Assert.Equal("gr\u00fcn\n", root.ReadText("/text"));
        Assert.Equal(Errno.EOVERFLOW, Assert.Throws<LinuxException>(() => root.ReadText("/large")).Number);
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
