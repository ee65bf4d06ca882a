using Swarm.Core.Images;

namespace Swarm.Images.Tests;

public sealed class ImportTests : IDisposable
{
    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

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
