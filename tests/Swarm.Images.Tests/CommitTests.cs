using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Trees;
using Swarm.Images.Unpacking;

namespace Swarm.Images.Tests;

/// <summary>An image that was committed, before its layer is unpacked and after.</summary>
public sealed class CommitTests : IDisposable
{
    private static readonly HashSet<ContainerId> None = [];

    private readonly StoreHome _home = new();

    private int Unpacked => Directory.GetDirectories($"{_home.Root}/layers").Length;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task It_is_whole_and_lasts_before_its_layer_is_unpacked()
    {
        var image = await CommitAsync();
        var before = SizesOf(image);

        Assert.Equal(1, Unpacked);
        Assert.Equal((2 + 5, "2 5"), (_home.Store.Find("made")!.Size.Value, before));
        using var archive = new MemoryStream();
        await _home.Store.SaveAsync(["made"], null, archive, default);
        var reopened = _home.Reopen();
        Assert.Equal(image, reopened.Find("made")!.Id);

        var root = await reopened.MountRootAsync(StoreHome.NewContainer(), image, default);

        Assert.Equal(("ab", "added"), (File.ReadAllText(root + "/a"), File.ReadAllText(root + "/linked")));
        Assert.Equal((2, before), (Unpacked, SizesOf(image)));
    }

    [Fact]
    public async Task Its_layer_is_unpacked_once_when_that_is_asked_for()
    {
        var image = await CommitAsync();

        Assert.True(await _home.Store.UnpackAsync(image, default));

        Assert.Equal(2, Unpacked);
        Assert.False(await _home.Store.UnpackAsync(image, default));
        Assert.False(await _home.Store.UnpackAsync(Digest.Of("another"u8), default));
    }

    [Fact]
    public async Task Removed_before_its_layer_was_unpacked_it_leaves_nothing()
    {
        await ImportAsync();
        var before = _home.Contents();
        var image = await CommitAsync();

        _home.Store.Remove("made", force: false, None);

        Assert.False(await _home.Store.UnpackAsync(image, default));
        Assert.Equal(before, _home.Contents());
    }

    [Fact]
    public async Task Nobody_removes_it_while_somebody_waits_for_its_layer()
    {
        const int files = 2000;
        await ImportAsync();
        var changed = StoreHome.NewContainer();
        var root = await _home.Store.MountRootAsync(changed, _home.Store.Find("begin")!.Id, default);
        for (var file = 0; file < files; file++) File.WriteAllText($"{root}/{file}", "x");
        var image = await CommitAsync(_home.Store, changed);

        var mounting = _home.Store.MountRootAsync(StoreHome.NewContainer(), image, default);

        // Soon its container lies on it, and that keeps it, too.
        var refused = Assert.Throws<ImageException>(() => _home.Store.Remove("made", force: false, None));
        Assert.Equal(ImageFault.InUse, refused.Fault);
        Assert.Equal(files + 1, Directory.GetFiles(await mounting).Length);
    }

    [Fact]
    public async Task A_store_that_is_closed_while_it_unpacks_leaves_nothing_half_made()
    {
        var image = await CommitAsync();

        var unpacking = _home.Store.UnpackAsync(image, default);
        var reopened = _home.Reopen();

        try
        {
            await unpacking;
        }
        catch (OperationCanceledException)
        {
            Assert.Equal(1, Unpacked);
        }

        Assert.Empty(Directory.GetFileSystemEntries($"{_home.Root}/tmp"));
        var root = await reopened.MountRootAsync(StoreHome.NewContainer(), image, default);
        Assert.Equal("added", File.ReadAllText(root + "/added"));
    }

    [Theory]
    [InlineData(2, 1024, "more than 2 entries")]
    [InlineData(100, 0, "more than 0")]
    public async Task What_could_not_be_unpacked_is_refused(int entries, int mebibytes, string reason)
    {
        await ImportAsync();
        var container = await ChangeAsync();
        _home.Options = _home.Options with
        {
            Limits = new UnpackLimits { EntriesMax = entries, LayerMax = Bytes.FromMebibytes(mebibytes) },
        };
        var store = _home.Reopen();
        var before = _home.Contents();

        var refused = await Assert.ThrowsAsync<ImageException>(() => CommitAsync(store, container));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal(ImageFault.Invalid, refused.Fault);
        Assert.Equal(before, _home.Contents());
    }

    [Fact]
    public async Task What_is_called_as_if_it_said_that_something_is_gone_is_refused()
    {
        await ImportAsync();
        var container = await ChangeAsync();
        var root = await _home.Store.MountRootAsync(container, _home.Store.Find("begin")!.Id, default);
        Directory.CreateDirectory(root + "/.wh.x/below");
        var before = _home.Contents();

        var refused = await Assert.ThrowsAsync<ImageException>(() => CommitAsync(_home.Store, container));

        Assert.Contains("whiteout", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, _home.Contents());
    }

    [Fact]
    public async Task While_a_build_goes_on_it_lasts_with_the_step_that_it_is_made_of()
    {
        await ImportAsync();
        var parent = _home.Store.Find("begin")!.Id;
        var step = (await _home.Store.CommitAsync(
            await ChangeAsync(), new ImageCommit(new ImageConfiguration()) { Step = new(parent, "RUN") }, default)).Id;
        var container = StoreHome.NewContainer();
        File.WriteAllText(await _home.Store.MountRootAsync(container, step, default) + "/above", "above");

        var image = await CommitAsync(_home.Store, container);

        var root = await _home.Reopen().MountRootAsync(StoreHome.NewContainer(), image, default);
        Assert.Equal(("above", "added"), (File.ReadAllText(root + "/above"), File.ReadAllText(root + "/added")));
    }

    private string SizesOf(Digest image) =>
        string.Join(' ', _home.Store.Examine(image.Value).Layers.Select(layer => layer.Size.Value));

    private Task<LoadedImage> ImportAsync() => _home.Store.ImportAsync(
        new MemoryStream(new TarBuilder().File("a", "ab").Build()), ImageReference.Parse("begin"),
        new ImageConfiguration(), default);

    /// <summary>An image of a container that has gone since.</summary>
    private async Task<Digest> CommitAsync()
    {
        await ImportAsync();
        var container = await ChangeAsync();
        var image = await CommitAsync(_home.Store, container);
        _home.Store.UnmountRoot(container, discard: true);
        return image;
    }

    private static async Task<Digest> CommitAsync(ImageStore store, ContainerId container) => (await store.CommitAsync(
        container, new ImageCommit(new ImageConfiguration()) { Name = ImageReference.Parse("made") }, default)).Id;

    private async Task<ContainerId> ChangeAsync()
    {
        var container = StoreHome.NewContainer();
        var root = await _home.Store.MountRootAsync(container, _home.Store.Find("begin")!.Id, default);
        await File.WriteAllTextAsync(root + "/added", "added");
        File.CreateSymbolicLink(root + "/way", "added");
        Tool.Run("ln", root + "/added", root + "/linked");
        return container;
    }
}
