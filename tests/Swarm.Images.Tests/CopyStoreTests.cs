using Swarm.Core.Images;
using Swarm.Images.Copies;

namespace Swarm.Images.Tests;

public sealed class CopyStoreTests : IDisposable
{
    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task What_an_image_is_here_outlives_the_process()
    {
        var id = await LoadAsync("web:1", tagged: false);
        await _home.Store.MarkAsync(id, CopyMark.Kept, ["docker.io/library/web:1"], default);

        var copy = Assert.Single(await _home.Reopen().ListCopiesAsync(default));

        Assert.Equal((CopyMark.Kept, true, true), (copy.Mark, copy.IsHere, copy.Counts));
        Assert.Equal(["docker.io/library/web:1"], copy.MarkNames.AsEnumerable());
    }

    [Fact]
    public async Task The_mark_of_a_fetch_that_was_cut_off_is_gone_and_that_of_a_refusal_stays()
    {
        var (cut, refused) = (new Digest("sha256:" + new string('a', 64)), new Digest("sha256:" + new string('b', 64)));
        await _home.Store.MarkAsync(cut, CopyMark.Kept, ["web:1"], default);
        await _home.Store.MarkAsync(refused, CopyMark.Refused, [], default);

        var copy = Assert.Single(await _home.Reopen().ListCopiesAsync(default));

        Assert.Equal((refused, CopyMark.Refused, false), (copy.Image, copy.Mark, copy.Counts));
    }

    [Fact]
    public async Task A_mark_that_is_broken_costs_only_itself()
    {
        var id = await LoadAsync("web:1", tagged: true);
        await _home.Store.MarkAsync(id, CopyMark.Spare, [], default);
        await File.WriteAllTextAsync($"{_home.Root}/copies/{id.Hex}.json", "{\"mark\":");

        var copy = Assert.Single(await _home.Reopen().ListCopiesAsync(default));

        Assert.Equal((id, CopyMark.None), (copy.Image, copy.Mark));
        Assert.Empty(Directory.GetFiles($"{_home.Root}/copies"));
    }

    [Fact]
    public async Task Only_so_many_refusals_are_kept_the_newest()
    {
        for (var number = 0; number <= 1000; number++)
            await _home.Store.MarkAsync(Numbered(number), CopyMark.Refused, [], default);

        var marked = (await _home.Store.ListCopiesAsync(default)).Select(copy => copy.Image).ToHashSet();

        Assert.Equal(1000, marked.Count);
        Assert.DoesNotContain(Numbered(0), marked);
    }

    [Fact]
    public async Task A_copy_is_removed_with_all_that_is_its_own()
    {
        var before = _home.Contents();
        var id = await LoadAsync("web:1", tagged: false);
        await _home.Store.MarkAsync(id, CopyMark.Kept, [], default);

        Assert.True(await _home.Store.RemoveCopyAsync(id, default));

        Assert.Equal(before, _home.Contents());
    }

    [Fact]
    public async Task What_has_got_a_tag_or_is_held_is_not_removed_as_a_copy()
    {
        var tagged = await LoadAsync("web:1", tagged: true);
        var held = await LoadAsync("web:2", tagged: false);
        using var hold = _home.Store.HoldImage(held.Value);

        Assert.False(await _home.Store.RemoveCopyAsync(tagged, default));
        Assert.False(await _home.Store.RemoveCopyAsync(held, default));

        Assert.Equal(2, _home.Store.List().Length);
    }

    [Fact]
    public async Task Only_a_copy_without_a_tag_is_shown_as_kept()
    {
        var id = await LoadAsync("web:1", tagged: false);
        await _home.Store.MarkAsync(id, CopyMark.Kept, [], default);
        Assert.True(Assert.Single(_home.Store.List()).IsKeptCopy);

        _home.Store.Tag(id.Value, ImageReference.Parse("web:1"));
        Assert.False(Assert.Single(_home.Store.List()).IsKeptCopy);
    }

    [Fact]
    public async Task Whoever_listens_is_told_of_images_names_and_containers_on_them_that_come_and_go()
    {
        var changes = 0;
        _home.Store.Changed += () => changes++;

        var id = await LoadAsync("web:1", tagged: true);
        Assert.True(Interlocked.Exchange(ref changes, 0) > 0);
        _home.Store.Tag(id.Value, ImageReference.Parse("web:2"));
        Assert.True(Interlocked.Exchange(ref changes, 0) > 0);
        var container = StoreHome.NewContainer();
        await _home.Store.MountRootAsync(container, id, default);
        Assert.True(Interlocked.Exchange(ref changes, 0) > 0);
        Assert.True(Assert.Single(await _home.Store.ListCopiesAsync(default)).IsInUse);
        _home.Store.UnmountRoot(container, discard: true);
        Assert.True(Interlocked.Exchange(ref changes, 0) > 0);
        Assert.False(Assert.Single(await _home.Store.ListCopiesAsync(default)).IsInUse);
        _home.Store.RemoveUnused(Assert.Single(_home.Store.List()));
        Assert.True(changes > 0);
    }

    private static Digest Numbered(int number) => new($"sha256:{number:x64}");

    private async Task<Digest> LoadAsync(string name, bool tagged)
    {
        var layer = new TarBuilder().Folder(name.Replace(':', '-')).Build();
        return (await _home.Store.ImportAsync(
            new MemoryStream(layer), tagged ? ImageReference.Parse(name) : null, new ImageConfiguration(), default)).Id;
    }
}
