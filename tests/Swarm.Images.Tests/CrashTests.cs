namespace Swarm.Images.Tests;

public sealed class CrashTests : IDisposable
{
    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    private static byte[] Archive { get; } = DockerArchives.Make(
        [new TarBuilder().Folder("a").File("a/1", new string('x', 3000)).Build(),
            new TarBuilder().File("a/.wh.1", "").File("b").Build()],
        "crash:1");

    [Fact]
    public async Task A_source_that_fails_at_any_byte_leaves_nothing_and_its_own_error()
    {
        var before = _home.Contents();
        for (var at = 0; at < Archive.Length; at += 509)
        {
            await Assert.ThrowsAsync<TimeoutException>(
                () => _home.Store.LoadAsync(new FailingStream(Archive, at), default));
            Assert.Equal(before, _home.Contents());
        }

        Assert.Empty(_home.Store.List());
        Assert.Single(await _home.Store.LoadAsync(new MemoryStream(Archive), default));
    }

    [Fact]
    public async Task An_archive_that_was_cut_anywhere_leaves_nothing()
    {
        var before = _home.Contents();
        for (var length = 0; length < Archive.Length - 1536; length += 509)
        {
            await Assert.ThrowsAsync<ImageException>(
                () => _home.Store.LoadAsync(new MemoryStream(Archive, 0, length), default));
        }

        Assert.Equal(before, _home.Contents());
    }

    [Fact]
    public async Task A_load_that_is_cancelled_leaves_nothing()
    {
        var before = _home.Contents();
        using var cancelled = new CancellationTokenSource();
        var load = _home.Store.LoadAsync(new EndlessStream(cancelled), cancelled.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);

        Assert.Equal(before, _home.Contents());
    }

    // What a process leaves that died between two steps of a load: each step is a rename, so these are all there are.
    [Theory]
    [InlineData("images", "names")]
    [InlineData("names")]
    [InlineData("images", "names", "layers")]
    [InlineData("images", "names", "blobs/sha256")]
    public async Task A_store_whose_process_died_between_two_steps_of_a_load_opens_and_loads_again(
        params string[] notYetThere)
    {
        await _home.Store.LoadAsync(new MemoryStream(Archive), default);
        var whole = _home.Contents();
        foreach (var folder in notYetThere) Empty(folder);
        File.WriteAllText(_home.Root + "/tmp/half", "half");
        Directory.CreateDirectory(_home.Root + "/tmp/folder/tree/deep");

        var store = _home.Reopen();

        Assert.Empty(Directory.GetFileSystemEntries(_home.Root + "/tmp"));
        Assert.Null(store.Find("crash:1"));
        if (notYetThere.Contains("images")) Assert.Empty(Directory.GetFileSystemEntries(_home.Root + "/layers"));
        var image = Assert.Single(await store.LoadAsync(new MemoryStream(Archive), default));
        Assert.Equal(whole, _home.Contents());
        Assert.Equal(["a", "b"],
            Directory.GetFileSystemEntries(await store.MountRootAsync(StoreHome.NewContainer(), image.Id, default))
            .Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Layers_that_are_gone_are_unpacked_again_from_their_blobs()
    {
        var image = Assert.Single(await _home.Store.LoadAsync(new MemoryStream(Archive), default));
        Empty("layers");

        var root = await _home.Reopen().MountRootAsync(StoreHome.NewContainer(), image.Id, default);

        Assert.Empty(Directory.GetFileSystemEntries(root + "/a"));
        Assert.Equal(2, Directory.GetDirectories(_home.Root + "/layers").Length);
    }

    [Fact]
    public void A_second_process_is_told_that_the_store_is_open()
    {
        var refused = Assert.Throws<ImageException>(() => new ImageStore(
            _home.Options, TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<ImageStore>.Instance));

        Assert.Equal(ImageFault.InUse, refused.Fault);
        Assert.Contains(_home.Root, refused.Message, StringComparison.Ordinal);
    }

    private void Empty(string folder)
    {
        foreach (var path in Directory.GetFiles(Path.Combine(_home.Root, folder))) File.Delete(path);
        foreach (var path in Directory.GetDirectories(Path.Combine(_home.Root, folder)))
            Directory.Delete(path, recursive: true);
    }

    private sealed class FailingStream(byte[] content, int at) : MemoryStream(content, 0, at)
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            return read > 0 ? read : throw new TimeoutException("the other side is gone");
        }
    }

    /// <summary>A large file without end, cancelled after its first megabyte.</summary>
    private sealed class EndlessStream(CancellationTokenSource cancelled)
        : MemoryStream(new TarBuilder().File("a", new string('x', 2 << 20)).Build())
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > 1 << 20) await cancelled.CancelAsync();
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
