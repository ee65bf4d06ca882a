using Swarm.Core.Images;

namespace Swarm.Images.Tests;

public sealed class LayerOrderTests : IDisposable
{
    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_folder_that_a_layer_only_passes_through_keeps_what_the_layer_below_says_of_it()
    {
        var root = await Mount(
            new TarBuilder().Folder("home", mode: 0x1c0, user: 1000).File("home/old"),
            new TarBuilder().File("home/new", "new"));

        Assert.Equal((UnixFileMode)0x1c0, File.GetUnixFileMode(root + "/home"));
        Assert.Contains("home Folder 700 1000:0", string.Join('\n', TreeListing.Of(root)), StringComparison.Ordinal);
        Assert.Equal("new", File.ReadAllText(root + "/home/new"));
    }

    [Fact]
    public async Task A_file_below_a_link_of_the_layer_below_goes_where_the_link_leads()
    {
        var root = await Mount(
            new TarBuilder().Folder("usr").Folder("usr/lib").Link("lib", "usr/lib"),
            new TarBuilder().File("lib/x", "x"));

        Assert.Equal("usr/lib", new FileInfo(root + "/lib").LinkTarget);
        Assert.Equal("x", File.ReadAllText(root + "/usr/lib/x"));
    }

    [Fact]
    public async Task A_whiteout_hides_what_lies_below_and_never_what_its_own_layer_has_in_whatever_order()
    {
        var root = await Mount(
            new TarBuilder().Folder("a").File("a/1").File("a/2").Folder("b").File("b/1").File("c"),
            new TarBuilder()
                .File("a/.wh..wh..opq", "")
                .File("a/3")
                .File("b/2")
                .File(".wh.b", "")
                .File(".wh.c", "")
                .File("c", "new")
                .File(".wh.never", ""));

        Assert.Equal(["3"], Names(root + "/a"));
        Assert.Equal(["2"], Names(root + "/b"));
        Assert.Equal("new", File.ReadAllText(root + "/c"));
        Assert.Equal(["a", "b", "c"], Names(root));
    }

    [Fact]
    public async Task An_opaque_mark_after_the_files_of_its_own_layer_hides_only_what_lies_below()
    {
        var root = await Mount(
            new TarBuilder().Folder("a").File("a/1").Folder("a/b").File("a/b/deep"),
            new TarBuilder().Folder("a").File("a/2").Folder("a/b").File("a/b/own").File("a/.wh..wh..opq", ""));

        Assert.Equal(["2", "b"], Names(root + "/a"));
        Assert.Equal(["own"], Names(root + "/a/b"));
    }

    [Fact]
    public async Task A_hard_link_to_a_file_of_the_layer_below_is_made()
    {
        var root = await Mount(new TarBuilder().File("a", "shared"), new TarBuilder().HardLink("b", "a"));

        Assert.Equal("shared", File.ReadAllText(root + "/b"));
    }

    [Fact]
    public async Task No_ghost_of_a_whiteout_is_seen_where_nothing_lies_below()
    {
        var root = await Mount(
            new TarBuilder().Folder("a").File("a/.wh.x", ""),
            new TarBuilder().Folder("n").File("n/.wh.y", "").File("n/z"));

        Assert.Empty(Names(root + "/a"));
        Assert.Equal(["z"], Names(root + "/n"));
    }

    [Fact]
    public async Task The_root_has_the_permissions_of_the_topmost_layer_that_says_something_of_it()
    {
        var root = await Mount(
            new TarBuilder().Folder("./", mode: 0x1fd, user: 7).File("a"), new TarBuilder().Folder("d").File("d/b"));

        Assert.StartsWith(". Folder 775 7:0", TreeListing.Of(root)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_means_the_same_everywhere_is_shared_between_images_with_different_layers_below()
    {
        var shared = new TarBuilder().Folder("d").File("d/f").Build();
        await Load(new TarBuilder().Folder("one").Build(), shared);
        await Load(new TarBuilder().Folder("two").Build(), shared);

        Assert.Equal(3, Directory.GetDirectories(_home.Root + "/layers").Length);
    }

    [Fact]
    public async Task A_layer_that_an_image_has_twice_is_seen_where_it_is_higher()
    {
        var twice = new TarBuilder().File("a", "twice").File("b").Build();
        var image = await Load(twice, new TarBuilder().File("a", "once").Build(), twice);
        var container = StoreHome.NewContainer();
        var root = await _home.Store.MountRootAsync(container, image, default);
        File.WriteAllText(root + "/own", "");

        var changes = await _home.Store.FindChangesAsync(container, new HashSet<string>(), default);

        Assert.Equal("twice", File.ReadAllText(root + "/a"));
        Assert.Single(changes);
    }

    [Fact]
    public async Task What_a_folder_had_that_was_removed_and_made_anew_is_told_as_deleted()
    {
        var image = await Load(new TarBuilder()
            .Folder("d").File("d/a").File("d/b").Folder("d/sub").File("d/sub/x").File("d/sub/y").Folder("e").Build());
        var container = StoreHome.NewContainer();
        var root = await _home.Store.MountRootAsync(container, image, default);
        Directory.Delete(root + "/d", recursive: true);
        Directory.CreateDirectory(root + "/d/sub");
        File.WriteAllText(root + "/d/b", "");
        File.WriteAllText(root + "/d/c", "");
        File.WriteAllText(root + "/d/sub/y", "");

        var changes = await _home.Store.FindChangesAsync(container, new HashSet<string>(), default);

        Assert.Equal(
            ["0 /d", "0 /d/b", "1 /d/c", "0 /d/sub", "0 /d/sub/y", "2 /d/sub/x", "2 /d/a"],
            changes.Select(change => $"{(int)change.Kind} {change.Path}"));
    }

    [Fact]
    public async Task A_layer_with_whiteouts_over_one_that_an_image_has_twice_is_unpacked()
    {
        var twice = new TarBuilder().File("a").Build();
        await Load(twice);

        var image = await Load(twice, twice, new TarBuilder().File(".wh.a", "").File("b").Build());

        Assert.Equal(["b"], Names(await _home.Store.MountRootAsync(StoreHome.NewContainer(), image, default)));
    }

    [Fact]
    public async Task A_layer_with_whiteouts_is_kept_for_each_image_that_has_others_below()
    {
        var whiteout = new TarBuilder().File(".wh.gone", "").Build();
        var one = await Load(new TarBuilder().File("gone").File("one").Build(), whiteout);
        var two = await Load(whiteout, new TarBuilder().File("gone").Build(), whiteout);

        Assert.Equal(["one"], Names(await _home.Store.MountRootAsync(StoreHome.NewContainer(), one, default)));
        Assert.Empty(Names(await _home.Store.MountRootAsync(StoreHome.NewContainer(), two, default)));
    }

    private static string[] Names(string folder) =>
        [.. Directory.GetFileSystemEntries(folder)
            .Select(path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal)];

    private async Task<string> Mount(params TarBuilder[] layers) => await _home.Store.MountRootAsync(
        StoreHome.NewContainer(), await Load([.. layers.Select(layer => layer.Build())]), default);

    private async Task<Digest> Load(params byte[][] layers)
    {
        var loaded = await _home.Store.LoadAsync(new MemoryStream(DockerArchives.Make(layers)), default);
        return Assert.Single(loaded).Id;
    }
}
