using Swarm.Core;
using Swarm.Core.Images;

namespace Swarm.Images.Tests;

public sealed class BrokenRecordTests : IDisposable
{
    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"manifest\": \"sha256:12\", \"sizeBytes\": 1}")]
    public async Task A_broken_record_of_an_image_costs_that_image_and_nothing_it_is_made_of(string content)
    {
        var broken = await LoadAsync("one:1");
        await LoadAsync("two:1");
        var before = Blobs();
        var record = $"{_home.Root}/images/{broken.Hex}.json";
        File.WriteAllText(record, content);

        var store = _home.Reopen();

        Assert.NotNull(store.Find("two:1"));
        Assert.Null(store.Find("one:1"));
        Assert.Equal(content, File.ReadAllText(record + ".broken"));
        Assert.Contains(record + ".broken", Assert.Single(store.Warnings()), StringComparison.Ordinal);
        Assert.Contains(
            record, Assert.Throws<ImageException>(() => store.Tag(broken.Hex, Name("three:1"))).Message,
            StringComparison.Ordinal);
        store.Remove("two:1", force: false, new HashSet<ContainerId>());
        Assert.Equal(before, Blobs());
    }

    [Fact]
    public async Task A_broken_record_of_a_name_costs_the_name_and_the_image_stays()
    {
        var id = await LoadAsync("one:1");
        var record = Assert.Single(Directory.GetFiles($"{_home.Root}/names"));
        File.WriteAllText(record, "[]");

        var store = _home.Reopen();

        Assert.NotNull(store.Find(id.Hex));
        Assert.Contains(
            record + ".broken", Assert.Throws<ImageException>(() => store.Tag("one:1", Name("two:1"))).Message,
            StringComparison.Ordinal);
        Assert.Single(_home.Reopen().Warnings());
    }

    [Fact]
    public async Task Loaded_again_an_image_is_whole_and_what_was_set_aside_goes()
    {
        var id = await LoadAsync("one:1");
        File.WriteAllText($"{_home.Root}/images/{id.Hex}.json", "{");
        _home.Reopen();

        await LoadAsync("one:1");

        Assert.Equal(id, _home.Store.Find("one:1")!.Id);
        Assert.Empty(_home.Store.Warnings());
        _home.Store.Remove("one:1", force: false, new HashSet<ContainerId>());
        Assert.Empty(Blobs());
    }

    [Fact]
    public async Task A_writable_layer_whose_record_is_broken_keeps_what_it_may_lie_on()
    {
        var id = await LoadAsync("one:1");
        var container = StoreHome.NewContainer();
        await _home.Store.MountRootAsync(container, id, default);
        File.WriteAllText($"{_home.Root}/snapshots/{container}/snapshot.json", "{");

        var store = _home.Reopen();
        store.Remove("one:1", force: false, new HashSet<ContainerId>());
        Assert.Single(Directory.GetDirectories($"{_home.Root}/layers"));

        store.UnmountRoot(container, discard: true);
        _home.Reopen();
        Assert.Empty(Directory.GetDirectories($"{_home.Root}/layers"));
    }

    private string[] Blobs() =>
        [.. Directory.GetFiles($"{_home.Root}/blobs/sha256").Order(StringComparer.Ordinal)];

    private static ImageReference Name(string text) => ImageReference.Parse(text);

    private async Task<Digest> LoadAsync(string name) => (await _home.Store.ImportAsync(
        new MemoryStream(new TarBuilder().Folder(name.Replace(':', '-')).Build()), Name(name),
        new ImageConfiguration { Created = DateTimeOffset.UnixEpoch }, default)).Id;
}
