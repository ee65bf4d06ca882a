using Swarm.Core;
using Swarm.Images.Tar;
using Swarm.Images.Unpacking;

namespace Swarm.Images.Tests;

public sealed class HostileLayerTests : IDisposable
{
    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    public static TheoryData<string, string> Refused => new()
    {
        { "name that goes up", "goes up by '..'" },
        { "name that goes up within", "goes up by '..'" },
        { "hard link that goes up", "goes up by '..'" },
        { "hard link to nothing", "which is not there" },
        { "hard link to a folder", "hard link to the folder" },
        { "hard link to itself", "or to itself" },
        { "hard link through a link out", "which is not there" },
        { "root as link", "the root cannot be a SymbolicLink" },
        { "root as file", "the root cannot be a File" },
        { "whiteout device", "device 0/0" },
        { "empty whiteout", "whiteout of nothing" },
        { "whiteout of here", "whiteout of nothing" },
        { "whiteout of above", "whiteout of nothing" },
        { "file below a whiteout", "lies below a whiteout" },
        { "parent that is a file", "is no folder" },
        { "parent that is a dangling link", "is no folder" },
        { "parent that is a circle", "levels of symbolic links" },
        { "long name", "more than 255 bytes" },
        { "long path", "more than 4095 bytes" },
        { "symbolic link to nothing", "symbolic link to nothing" },
        { "negative size", "negative size" },
        { "huge size", "more than" },
        { "wrong checksum", "wrong checksum" },
        { "cut in a header", "ends in the middle of a header" },
        { "cut in content", "ends in the middle of 'a'" },
        { "no end", "ends without" },
        { "sparse", "sparse file" },
        { "sparse of pax", "sparse file" },
        { "pax of wrong length", "wrong length" },
        { "pax without key", "no key" },
        { "pax with zero in path", "zero byte" },
        { "pax with bad size", "pax size" },
        { "pax bomb", "extended header of" },
        { "many attributes", "more than 256 pax attributes" },
        { "long name bomb", "extended header of" },
        { "socket", "type 0x" },
        { "text", "wrong checksum" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_hostile_layer_is_refused_with_what_and_where_and_leaves_nothing(string kind, string message)
    {
        var before = _home.Contents();
        var outside = _home.PathOf("outside");
        File.WriteAllText(outside, "untouched");

        var refused = await Assert.ThrowsAsync<ImageException>(() => _home.Store.ImportAsync(
            new MemoryStream(HostileTars.Make(kind, outside)), null, new ImageConfiguration(), default));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.True(refused.Fault is ImageFault.Invalid or ImageFault.Unsupported);
        Assert.Equal("untouched", File.ReadAllText(outside));
        Assert.Equal(before, _home.Contents());
    }

    [Fact]
    public async Task Writing_through_a_link_that_leads_out_stays_within_the_layer()
    {
        var outside = Directory.CreateDirectory(_home.PathOf("outside")).FullName;
        var tar = new TarBuilder().Folder(outside.TrimStart('/')).Link("way", outside).File("way/file", "kept within")
            .Link("up", "../../../../../../../..").File("up/top", "at the root").Build();

        var root = await Mount(tar);

        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.Equal("kept within", File.ReadAllText(root + outside + "/file"));
        Assert.Equal("at the root", File.ReadAllText(root + "/top"));
    }

    [Fact]
    public async Task A_file_replaces_a_link_of_the_same_name_and_what_the_link_leads_to_stays()
    {
        var outside = _home.PathOf("outside");
        File.WriteAllText(outside, "untouched");

        var root = await Mount(new TarBuilder().Link("file", outside).File("file", "new").Build());

        Assert.Equal("untouched", File.ReadAllText(outside));
        Assert.Equal("new", File.ReadAllText(root + "/file"));
        Assert.Null(new FileInfo(root + "/file").LinkTarget);
    }

    [Fact]
    public async Task The_last_of_several_entries_of_one_name_wins_whatever_their_kinds()
    {
        var tar = new TarBuilder().Folder("a").File("a/b/c").File("a", "file").File("d").Folder("d").File("d/e", "e")
            .File("f", "1").File("f", "2").HardLink("g", "f").HardLink("g", "f").Link("h", "f").Folder("h").Build();

        var root = await Mount(tar);

        Assert.Equal("file", File.ReadAllText(root + "/a"));
        Assert.Equal("e", File.ReadAllText(root + "/d/e"));
        Assert.Equal("2", File.ReadAllText(root + "/g"));
        Assert.True(Directory.Exists(root + "/h"));
    }

    [Fact]
    public async Task Attributes_by_which_the_overlay_could_be_led_astray_are_dropped()
    {
        TarAttribute[] attributes =
        [
            new("trusted.overlay.redirect"u8.ToArray(), "/etc"u8.ToArray()),
            new("trusted.overlay.opaque"u8.ToArray(), "y"u8.ToArray()),
            new("user.overlay.opaque"u8.ToArray(), "y"u8.ToArray()),
            new("user.kept"u8.ToArray(), [0, 0xff, (byte)'=', (byte)'\n']),
        ];
        var tar = new TarBuilder().Entry(
            new TarEntry { Name = "d"u8.ToArray(), Kind = TarKind.Folder, Mode = 0x1ed, Attributes = attributes });

        await Mount(tar.Build());

        using var tree = Linux.Files.Folder
            .Open(Assert.Single(Directory.GetDirectories(_home.Root + "/layers")) + "/tree");
        Assert.Null(tree.Attribute("d"u8, "trusted.overlay.redirect"u8));
        Assert.Null(tree.Attribute("d"u8, "trusted.overlay.opaque"u8));
        Assert.Null(tree.Attribute("d"u8, "user.overlay.opaque"u8));
        Assert.Equal([0, 0xff, (byte)'=', (byte)'\n'], tree.Attribute("d"u8, "user.kept"u8)!);
    }

    [Fact]
    public async Task A_layer_beyond_the_limits_is_refused()
    {
        var small = new UnpackLimits
        {
            LayerMax = Bytes.FromMebibytes(1),
            RatioFrom = Bytes.Zero,
            RatioMax = 50,
            EntriesMax = 10
        };
        _home.Options = _home.Options with { Limits = small };
        _home.Reopen();
        var before = _home.Contents();
        var many = new TarBuilder();
        for (var i = 0; i < 11; i++) many.File("file" + i, "");

        await AssertRefused(many.Build(), "more than 10 entries");
        await AssertRefused(new TarBuilder().File("big", new string('x', 2 << 20)).Build(), "more than 1048576");
        await AssertRefused(
            Gzip(new TarBuilder().File("zeros", new string('x', 1 << 19)).Build()), "more than 50 times");
        Assert.Equal(before, _home.Contents());
    }

    private async Task AssertRefused(byte[] tar, string message)
    {
        var refused = await Assert.ThrowsAsync<ImageException>(
            () => _home.Store.ImportAsync(new MemoryStream(tar), null, new ImageConfiguration(), default));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private async Task<string> Mount(byte[] tar)
    {
        var image = await _home.Store.ImportAsync(new MemoryStream(tar), null, new ImageConfiguration(), default);
        return await _home.Store.MountRootAsync(StoreHome.NewContainer(), image.Id, default);
    }

    private static byte[] Gzip(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(
            packed, System.IO.Compression.CompressionLevel.Optimal)) gzip.Write(content);
        return packed.ToArray();
    }
}
