using Microsoft.Extensions.Time.Testing;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Linux.Mounts;

namespace Swarm.Images.Tests;

public sealed class RemovalTests : IDisposable
{
    private static readonly HashSet<ContainerId> None = [];

    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Removing_the_last_name_frees_everything_that_no_other_image_needs()
    {
        var shared = new TarBuilder().Folder("shared").Build();
        await Load("one:1", shared);
        var before = _home.Contents();
        await Load("two:1", shared, new TarBuilder().Folder("own").Build());

        var removal = _home.Store.Remove("two:1", force: false, None);

        Assert.Equal("two:1", Assert.Single(removal.Untagged).Familiar);
        Assert.Single(removal.Deleted);
        Assert.Equal(before, _home.Contents());
    }

    [Theory]
    [InlineData("example.test/one@")]
    [InlineData("example.test/one:1@")]
    public async Task A_digest_that_is_no_name_of_an_image_removes_nothing(string name)
    {
        var image = await Load("example.test/one:1", new TarBuilder().Folder("a").Build());
        var manifest = _home.Store.Find(image.Value)!.ManifestDigest;

        Assert.Equal(ImageFault.NotFound, FaultOf(() => _home.Store.Remove($"{name}{manifest}", force: true, None)));
        Assert.Equal(ImageFault.NotFound, FaultOf(() => _home.Store.Remove($"{name}{image}", force: true, None)));

        Assert.Equal("example.test/one:1", Assert.Single(_home.Store.List()).Names.Single().Familiar);
        Assert.Single(_home.Store.Remove(manifest.Value, force: false, None).Deleted);
    }

    [Fact]
    public void What_is_to_be_deleted_is_not_forgotten_where_its_folder_cannot_be_opened()
    {
        var folders = _home.Store.Folders;
        File.WriteAllText(Path.Join(folders.Blobs, "old"), "");
        var taken = folders.TakeOut(Path.Join(folders.Blobs, "old"))!;
        Directory.Move(folders.Scratch, _home.PathOf("away"));

        folders.RemoveTaken(taken);
        folders.RemoveOwed();
        Directory.Move(_home.PathOf("away"), folders.Scratch);
        Assert.Single(Directory.GetFileSystemEntries(folders.Scratch));
        folders.RemoveOwed();

        Assert.Empty(Directory.GetFileSystemEntries(folders.Scratch));
    }

    [Fact]
    public async Task What_could_not_be_deleted_when_it_was_removed_is_deleted_when_it_can_be()
    {
        var time = new FakeTimeProvider();
        using var home = new StoreHome(time);
        var archive = DockerArchives.Make([new TarBuilder().Folder("a").Build()], "one:1");
        var image = (await home.Store.LoadAsync(new MemoryStream(archive), default))[0].Id;
        var (container, other) = (StoreHome.NewContainer(), StoreHome.NewContainer());
        await home.Store.MountRootAsync(container, image, default);
        var held = Path.Join(home.Store.PlacesOf(container)!.Upper, "deep/held");
        Directory.CreateDirectory(held);
        Mounting.Tmpfs(held, "size=1m");
        string[] Left() => Directory.GetDirectories(home.Root + "/tmp", "held", SearchOption.AllDirectories);

        home.Store.UnmountRoot(container, discard: true);

        Assert.Empty(home.Store.WritableLayers());
        Assert.NotEmpty(Left());
        home.Reopen(); // which is no reason not to be opened
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.NotEmpty(Left());
        foreach (var place in Left()) Mounting.Unmount(place);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Directory.GetFileSystemEntries(home.Root + "/tmp").Length > 0)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
        }

        await home.Store.MountRootAsync(other, image, default);
    }

    [Fact]
    public async Task Removing_one_of_several_names_keeps_the_image()
    {
        var id = await Load("one:1", new TarBuilder().Folder("a").Build());
        _home.Store.Tag("one:1", ImageReference.Parse("two:2"));

        var removal = _home.Store.Remove("one:1", force: false, None);

        Assert.Empty(removal.Deleted);
        Assert.Null(_home.Store.Find("one:1"));
        Assert.Equal(id, _home.Reopen().Find("two:2")!.Id);
    }

    [Fact]
    public async Task An_image_in_use_or_with_several_names_is_not_removed_by_its_id()
    {
        var id = await Load("one:1", new TarBuilder().Folder("a").Build());
        _home.Store.Tag("one:1", ImageReference.Parse("two:2"));

        Assert.Equal(ImageFault.InUse, FaultOf(() => _home.Store.Remove(id.Hex, force: false, None)));
        var container = StoreHome.NewContainer();
        await _home.Store.MountRootAsync(container, id, default);
        Assert.Equal(
            ImageFault.InUse,
            FaultOf(() => _home.Store.Remove(id.Hex, force: true, new HashSet<ContainerId> { container })));

        _home.Store.UnmountRoot(container, discard: true);
        Assert.Equal(2, _home.Store.Remove(id.Hex, force: true, None).Untagged.Length);
        Assert.Empty(Directory.GetFileSystemEntries(_home.Root + "/layers"));
        Assert.Empty(Directory.GetFileSystemEntries(_home.Root + "/blobs/sha256"));
    }

    [Fact]
    public async Task An_image_is_found_by_name_by_digest_by_id_and_by_the_beginning_of_an_id()
    {
        var id = await Load("example.test/one:1", new TarBuilder().Folder("a").Build());
        var image = _home.Store.Find("example.test/one:1")!;

        foreach (var text in (string[])[
            id.Value, id.Hex, id.Hex[..12], id.Hex[..1], $"example.test/one@{image.ManifestDigest}",
                $"example.test/one:other@{id}"])
        {
            Assert.Equal(id, _home.Store.Find(text)?.Id);
        }

        foreach (var text in (string[])[
            "example.test/one", "one:1", $"other@{id}", "", "NOT A NAME", new string('f', 64)])
        {
            Assert.Null(_home.Store.Find(text));
        }
    }

    [Fact]
    public async Task A_beginning_that_fits_several_ids_is_refused()
    {
        // Seventeen ids have two with the same first of sixteen digits.
        var ids = new List<Digest>();
        for (var i = 0; i < 17; i++) ids.Add(await Load($"image:{i}", new TarBuilder().Folder("folder" + i).Build()));
        var digit = ids.GroupBy(id => id.Hex[..1]).First(group => group.Count() > 1).Key;

        Assert.Equal(ImageFault.Ambiguous, FaultOf(() => _home.Store.Find(digit)));
    }

    [Fact]
    public async Task Many_loads_mounts_and_removals_at_once_do_not_disturb_each_other()
    {
        var shared = new TarBuilder().Folder("shared").File("shared/file", "shared").Build();
        var works = Enumerable.Range(0, 12).Select(async i =>
        {
            var id = await Load(
                $"image:{i}", shared, new TarBuilder().File(".wh.none", "").File("own", $"{i}").Build());
            var container = StoreHome.NewContainer();
            var root = await _home.Store.MountRootAsync(container, id, default);
            Assert.Equal($"{i}", File.ReadAllText(root + "/own"));
            Assert.Equal("shared", File.ReadAllText(root + "/shared/file"));
            _home.Store.UnmountRoot(container, discard: true);
            if (i % 2 == 0) _home.Store.Remove($"image:{i}", force: false, None);
        });

        await Task.WhenAll(works);

        Assert.Equal(6, _home.Store.List().Length);
        Assert.Equal(7, Directory.GetDirectories(_home.Root + "/layers").Length);
    }

    private static ImageFault FaultOf(Action act) => Assert.Throws<ImageException>(act).Fault;

    private async Task<Digest> Load(string name, params byte[][] layers) =>
        Assert.Single(await _home.Store.LoadAsync(new MemoryStream(DockerArchives.Make(layers, name)), default)).Id;
}
