using Swarm.Linux.Files;

namespace Swarm.Linux.Tests.Files;

public sealed class FolderTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("swarm-folder-").FullName;
    private readonly Folder _folder;

    public FolderTests() => _folder = Folder.Open(_path);

    public void Dispose()
    {
        _folder.Dispose();
        using var parent = Folder.Open(Path.GetDirectoryName(_path)!);
        parent.RemoveTree(Path.GetFileName(_path));
    }

    [Fact]
    public void Nothing_leads_out_of_a_folder_that_paths_are_resolved_in()
    {
        _folder.MakeFolder("etc"u8, 0x1ed);
        _folder.MakeSymbolicLink("absolute"u8, "/etc"u8);
        _folder.MakeSymbolicLink("up"u8, "../../../../../etc"u8);

        foreach (var way in (byte[][])[
            "/etc"u8.ToArray(), "absolute"u8.ToArray(), "up"u8.ToArray(), "../../etc"u8.ToArray()])
        {
            using var found = _folder.Resolve(way);
            Assert.Equal(_folder.Status("etc"u8)!.Value.Inode, found!.Status().Inode);
        }

        Assert.Null(_folder.Child("absolute"u8));
        Assert.Null(_folder.Resolve("missing/one"u8));
    }

    [Fact]
    public void A_new_file_never_goes_through_a_link_of_its_name()
    {
        _folder.MakeSymbolicLink("link"u8, "target"u8);

        var refused = Assert.Throws<LinuxException>(() => _folder.MakeFile("link"u8, 0x180));

        Assert.Equal(Errno.EEXIST, refused.Number);
        Assert.Null(_folder.Status("target"u8));
    }

    [Fact]
    public void A_file_keeps_owner_permissions_times_and_attributes_it_was_given()
    {
        var time = new FileTime(-5, 123_456_789);
        using (var file = _folder.MakeFile("file"u8, 0x180))
        {
            file.Write("content"u8);
            file.SetOwner(4_000_000_000, 7);
            file.SetMode(0x9ed);
            file.SetAttribute("user.note"u8, [0, 255]);
            file.SetTimes(time, time);
        }

        var status = _folder.Status("file"u8)!.Value;
        Assert.Equal((FileKind.Regular, 0x9edu, 4_000_000_000u, 7u, 7L),
            (status.Kind, status.Mode, status.UserId, status.GroupId, status.Size));
        Assert.Equal(time, status.Modified);
        Assert.Equal([0, 255], _folder.Attribute("file"u8, "user.note"u8)!);
        Assert.Null(_folder.Attribute("file"u8, "user.other"u8));
    }

    [Fact]
    public void Names_need_not_be_text()
    {
        byte[] name = [0xff, 0xfe, (byte)'\n'];
        _folder.MakeFolder(name, 0x1ed);

        Assert.Equal(name, Assert.Single(_folder.Names()));
        Assert.True(_folder.RemoveEmptyFolder(name));
    }

    [Fact]
    public void Devices_links_and_hard_links_are_made_as_asked()
    {
        _folder.MakeNode("null"u8, FileKind.CharacterDevice, new DeviceNumber(1, 3));
        _folder.MakeNode("large"u8, FileKind.BlockDevice, new DeviceNumber(0xabc, 0x12345));
        _folder.MakeHardLink("second"u8, _folder, "null"u8);

        Assert.Equal(new DeviceNumber(1, 3), _folder.Status("second"u8)!.Value.Represents);
        Assert.Equal(2u, _folder.Status("null"u8)!.Value.Links);
        Assert.Equal(new DeviceNumber(0xabc, 0x12345), _folder.Status("large"u8)!.Value.Represents);
        Assert.False(_folder.MakeHardLink("third"u8, _folder, "missing"u8));
    }

    [Fact]
    public void A_tree_deeper_than_any_path_is_removed()
    {
        _folder.MakeFolder("deep"u8, 0x1ed);
        var at = _folder.Child("deep"u8)!;
        for (var depth = 0; depth < 1500; depth++)
        {
            at.MakeFolder("a-folder-of-some-length"u8, 0);
            var next = at.Child("a-folder-of-some-length"u8)!;
            at.Dispose();
            at = next;
        }

        at.Dispose();
        _folder.RemoveTree("deep");

        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void Names_that_the_kernel_would_cut_are_refused()
    {
        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => _folder.MakeFolder("a\0b"u8, 0)).Number);
        Assert.Equal(
            Errno.ENAMETOOLONG, Assert.Throws<LinuxException>(() => _folder.MakeFolder(new byte[300], 0)).Number);
        Assert.Contains(
            "/missing", Assert.Throws<LinuxException>(() => Folder.Open("/missing")).Message, StringComparison.Ordinal);
    }
}
