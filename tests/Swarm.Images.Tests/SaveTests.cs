using Swarm.Core;
using Swarm.Core.Images;

namespace Swarm.Images.Tests;

public sealed class SaveTests(ToolImages tools) : IClassFixture<ToolImages>, IDisposable
{
    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_saved_image_is_the_same_when_it_is_loaded_again_and_for_other_tools()
    {
        var id = await LoadToolsAsync();
        _home.Store.Tag(id.Value, ImageReference.Parse("second/name:1"));
        var archive = _home.PathOf("saved.tar");
        await using (var file = File.Create(archive))
        {
            Assert.Equal(id, Assert.Single(await _home.Store.SaveAsync(
                ["example.test/tools/image:3", "second/name", id.Value], file, default)));
        }

        foreach (var source in (string[])[
            $"docker-archive:{archive}:example.test/tools/image:3", $"oci-archive:{archive}:3"])
        {
            Assert.Contains(
                "\"diff_ids\"", Tool.Run("skopeo", "inspect", "--config", source), StringComparison.Ordinal);
        }

        using var other = new StoreHome();
        var loaded = await other.Store.LoadAsync(File.OpenRead(archive), default);
        Assert.Equal(id, Assert.Single(loaded).Id);
        Assert.Equal(
            ["example.test/tools/image:3", "second/name:1"], loaded[0].Names.Select(name => name.Familiar).Order());
        Assert.Equal(_home.Store.Find(id.Value)!.ManifestDigest, other.Store.Find(id.Value)!.ManifestDigest);
        var root = await other.Store.MountRootAsync(StoreHome.NewContainer(), id, default);
        Assert.Equal(TreeListing.Of(tools.Oracle), TreeListing.Of(root));
    }

    [Fact]
    public async Task An_image_that_is_removed_while_it_is_saved_is_saved_whole()
    {
        var id = await LoadToolsAsync();
        using var archive = new HaltingStream();

        var saving = _home.Store.SaveAsync([id.Value], archive, default);
        await archive.Begun;
        _home.Store.Remove(id.Value, force: true, new HashSet<ContainerId>());
        Assert.Null(_home.Store.Find(id.Value));
        archive.GoOn();
        await saving;

        Assert.Empty(Directory.GetFileSystemEntries(_home.Root + "/blobs/sha256"));
        Assert.Equal(id, (await _home.Store.LoadAsync(archive.Written(), default))[0].Id);
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_told_before_anything_is_written()
    {
        using var archive = new MemoryStream();

        await Assert.ThrowsAsync<ImageException>(() => _home.Store.SaveAsync(["none"], archive, default));

        Assert.Equal(0, archive.Length);
    }

    private async Task<Digest> LoadToolsAsync() =>
        (await _home.Store.LoadAsync(File.OpenRead(tools.OciArchive), default))[0].Id;

    /// <summary>Takes its first bytes, and waits.</summary>
    private sealed class HaltingStream : MemoryStream
    {
        private readonly TaskCompletionSource _begun = new();
        private readonly TaskCompletionSource _goOn = new();

        public Task Begun => _begun.Task;

        public void GoOn() => _goOn.SetResult();

        public MemoryStream Written() => new MemoryStream(ToArray());

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _begun.TrySetResult();
            await _goOn.Task;
            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
