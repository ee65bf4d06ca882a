using System.Text.Json.Nodes;
using Swarm.Core.Images;
using Swarm.Images.Trees;

namespace Swarm.Images.Tests;

public sealed class ImportTests : IDisposable
{
    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task The_same_tar_is_the_same_image_on_every_host_created_when_its_newest_file_was_changed()
    {
        using var other = new StoreHome();
        var tar = new TarBuilder().File("old", "1", seconds: 1_000_000).File("new", "2", seconds: 2_000_000).Build();

        var here = await ImportAsync(_home, tar);
        var there = await ImportAsync(other, tar);

        Assert.Equal(here, there);
        Assert.Equal([here], _home.Store.Here.Select(image => image.Id));
        var layer = Assert.Single(Assert.Single(_home.Store.Here).Layers);
        Assert.Equal(layer.Size.Value, new FileInfo($"{_home.Root}/blobs/sha256/{layer.Blob.Hex}").Length);
        Assert.Equal([here], _home.Reopen().Here.Select(image => image.Id));
        var created = Assert.Single(_home.Store.List()).Created;
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(2_000_000), created);
    }

    [Fact]
    public async Task A_file_of_the_future_does_not_make_an_image_of_the_future()
    {
        var before = TimeProvider.System.GetUtcNow();

        await ImportAsync(_home, new TarBuilder().File("late", "1", seconds: 99_000_000_000).Build());

        Assert.InRange(Assert.Single(_home.Store.List()).Created!.Value, before.AddSeconds(-1), before.AddHours(1));
    }

    [Fact]
    public async Task What_was_said_of_an_import_is_in_its_history_and_in_that_of_what_is_made_of_it()
    {
        var tar = new TarBuilder().File("file", "1").Build();
        var image = await _home.Store.ImportAsync(
            new MemoryStream(tar), null, new ImageConfiguration(), "by hand", default);
        var container = StoreHome.NewContainer();
        await _home.Store.MountRootAsync(container, image.Id, default);

        var next = await _home.Store.CommitAsync(
            container, new ImageCommit(new ImageConfiguration()) { Comment = "more" }, default);

        Assert.Equal(["by hand"], CommentsOf(image.Id));
        Assert.Equal(["by hand", "more"], CommentsOf(next.Id));
    }

    [Theory]
    [InlineData("linux/arm/v6", "linux/arm/v6")]
    [InlineData("linux/arm/7", "linux/arm/v7")]
    [InlineData("armel", "linux/arm/v6")]
    [InlineData("arm64", "linux/arm64")]
    [InlineData("linux/x86-64", "linux/amd64")]
    public async Task An_import_is_for_the_platform_it_was_told(string told, string platform)
    {
        var tar = new TarBuilder().File("file", "1").Build();

        var image = await _home.Store.ImportAsync(
            new MemoryStream(tar), null, new ImageConfiguration().On(told), default);

        Assert.Equal(platform, _home.Store.Find(image.Id.Value)!.Platform);
        Assert.Equal(platform, _home.Reopen().Find(image.Id.Value)!.Platform);
    }

    [Fact]
    public async Task Each_layer_of_an_import_has_its_place_in_the_history() =>
        Assert.Single(CommentsOf(await ImportAsync(_home, new TarBuilder().File("file", "1").Build())));

    /// <remarks>As a folder of <c>mktemp -d</c> that was packed.</remarks>
    [Fact]
    public async Task What_a_layer_says_of_the_root_folder_keeps_nobody_out_of_a_container()
    {
        var image = await ImportAsync(
            _home, new TarBuilder().Folder("./", mode: 0x1c0, user: 1000).File("./file", "1").Build());

        var root = await _home.Store.MountRootAsync(StoreHome.NewContainer(), image, default);

        Assert.Equal((UnixFileMode)0x1ed, File.GetUnixFileMode(root));
    }

    [Fact]
    public async Task The_size_of_a_writable_layer_that_is_no_more_is_refused_as_missing()
    {
        var refused = await Assert.ThrowsAsync<ImageException>(
            () => _home.Store.WritableSizeAsync(StoreHome.NewContainer(), default));

        Assert.Equal(ImageFault.NotFound, refused.Fault);
    }

    private IEnumerable<string?> CommentsOf(Digest image) =>
        from step in JsonNode.Parse(_home.Store.Examine(image.Value).ConfigurationJson)!["history"]!.AsArray()
        select step!["comment"]?.GetValue<string>();

    private static async Task<Digest> ImportAsync(StoreHome home, byte[] tar) =>
        (await home.Store.ImportAsync(new MemoryStream(tar), null, new ImageConfiguration(), default)).Id;

    [Fact]
    public async Task An_imported_tar_becomes_the_root_of_a_container_that_can_be_changed_and_thrown_away()
    {
        var tar = new TarBuilder().Folder("etc").File("etc/hello", "hello", mode: 0x8e8, user: 1000).Build();
        var image = await _home.Store.ImportAsync(
            new MemoryStream(tar), ImageReference.Parse("hello"), new ImageConfiguration { Command = ["/bin/hello"] },
            default);
        var container = StoreHome.NewContainer();

        var root = await _home.Store.MountRootAsync(container, image.Id, default);

        Assert.Equal("hello", File.ReadAllText(root + "/etc/hello"));
        Assert.Equal("/bin/hello", Assert.Single(_home.Store.Find("hello")!.Configuration.Command));
        Assert.Equal((UnixFileMode)0x8e8, File.GetUnixFileMode(root + "/etc/hello"));

        File.WriteAllText(root + "/etc/hello", "changed");
        Assert.Equal(root, await _home.Store.MountRootAsync(container, image.Id, default));
        _home.Store.UnmountRoot(container, discard: false);
        Assert.Empty(Directory.GetFileSystemEntries(root));

        Assert.Equal(root, await _home.Store.MountRootAsync(container, image.Id, default));
        Assert.Equal("changed", File.ReadAllText(root + "/etc/hello"));

        _home.Store.UnmountRoot(container, discard: true);
        Assert.Empty(_home.Store.WritableLayers());
        Assert.False(Directory.Exists(root));
    }
}
