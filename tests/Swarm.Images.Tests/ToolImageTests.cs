namespace Swarm.Images.Tests;

public sealed class ToolImageTests(ToolImages tools) : IClassFixture<ToolImages>, IDisposable
{
    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_docker_archive_of_skopeo_is_loaded_and_looks_as_umoci_unpacks_it()
    {
        using var archive = File.OpenRead(tools.DockerArchive);

        var image = Assert.Single(await _home.Store.LoadAsync(archive, default));

        Assert.Equal("example.test/tools/image:3", Assert.Single(image.Names).ToString());
        await AssertLooksAsUnpackedByUmoci(image);
    }

    [Fact]
    public async Task An_oci_archive_of_skopeo_is_loaded_and_looks_as_umoci_unpacks_it()
    {
        using var archive = File.OpenRead(tools.OciArchive);

        var image = Assert.Single(await _home.Store.LoadAsync(archive, default));

        Assert.Equal("example.test/tools/image:3", Assert.Single(image.Names).ToString());
        await AssertLooksAsUnpackedByUmoci(image);
    }

    [Fact]
    public async Task A_layout_folder_of_umoci_is_loaded_without_a_name_since_it_has_only_a_tag()
    {
        var image = Assert.Single(await _home.Store.LoadLayoutAsync(tools.Layout, default));

        Assert.Empty(image.Names);
        await AssertLooksAsUnpackedByUmoci(image);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task An_archive_that_is_compressed_as_a_whole_is_loaded(string program)
    {
        var copy = _home.PathOf("archive.tar");
        File.Copy(tools.DockerArchive, copy);
        Tool.Run("sh", "-c", $"{program} -c {copy} > {copy}.packed");
        using var archive = File.OpenRead(copy + ".packed");

        var image = Assert.Single(await _home.Store.LoadAsync(archive, default));

        await AssertLooksAsUnpackedByUmoci(image);
    }

    [Fact]
    public async Task The_same_layers_from_different_archives_are_unpacked_once()
    {
        using (var archive = File.OpenRead(tools.OciArchive)) await _home.Store.LoadAsync(archive, default);
        var layers = Directory.GetDirectories(_home.Root + "/layers");
        using (var archive = File.OpenRead(tools.DockerArchive)) await _home.Store.LoadAsync(archive, default);

        Assert.Equal(4, layers.Length);
        Assert.Equal(layers.Order(), Directory.GetDirectories(_home.Root + "/layers").Order());
    }

    private async Task AssertLooksAsUnpackedByUmoci(LoadedImage image)
    {
        var stored = _home.Store.Find(image.Id.Value)!;
        Assert.Equal("/bin/sh", Assert.Single(stored.Configuration.Command));
        Assert.Equal("v", stored.Configuration.Labels["l"]);
        Assert.Equal("80/tcp", Assert.Single(stored.Configuration.ExposedPorts));

        var root = await _home.Store.MountRootAsync(StoreHome.NewContainer(), image.Id, default);

        Assert.Equal(TreeListing.Of(tools.Oracle), TreeListing.Of(root));
        Assert.Empty(Directory.GetFileSystemEntries(_home.Root + "/tmp"));
    }
}
