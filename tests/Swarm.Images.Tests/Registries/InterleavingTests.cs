using Swarm.Core;

namespace Swarm.Images.Tests.Registries;

/// <summary>Pulling, removing, making containers and pruning at once, in whatever order it comes.</summary>
public sealed class InterleavingTests : IAsyncLifetime, IDisposable
{
    private const int Rounds = 12;

    private static readonly HashSet<ContainerId> None = [];

    private readonly PullHome _home = new();
    private FaultyRegistry _registry = null!;

    public async Task InitializeAsync() =>
        _registry = await FaultyRegistry.StartAsync(
            new TarBuilder().File("own", "own").Build(), new TarBuilder().File("other", "other").Build());

    public async Task DisposeAsync() => await _registry.DisposeAsync();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task What_a_container_lies_on_is_never_taken_and_what_nobody_uses_always_goes()
    {
        var works = Enumerable.Range(0, 3)
            .SelectMany(_ => new[] { PullAsync(), UseAsync(), RemoveAsync(), PruneAsync(), CollectAsync() });

        await Task.WhenAll(works.ToList());

        foreach (var image in _home.Store.List()) _home.Store.Remove(image.Id.Value, force: true, None);
        Assert.Empty(_home.Store.WritableLayers());
        Assert.Empty(Directory.GetFileSystemEntries(_home.Home.Root + "/blobs/sha256"));
        Assert.Empty(Directory.GetFileSystemEntries(_home.Home.Root + "/layers"));
        Assert.Empty(Directory.GetFileSystemEntries(_home.Home.Root + "/tmp"));
    }

    [Fact]
    public async Task An_image_that_is_held_is_neither_removed_nor_pruned()
    {
        await _home.PullAsync(_registry.Image);
        using (_home.Store.HoldImage(_registry.Image))
        {
            Assert.Throws<ImageException>(() => _home.Store.Remove(_registry.Image, force: true, None));
            Assert.Null(_home.Store.RemoveUnused(Assert.Single(_home.Store.List())));
        }

        Assert.NotNull(_home.Store.RemoveUnused(Assert.Single(_home.Store.List())));
        Assert.Null(_home.Store.HoldImage(_registry.Image));
    }

    [Fact]
    public async Task A_container_whose_image_was_removed_by_force_goes_on_with_its_layers_and_its_configuration()
    {
        var pulled = await _home.PullAsync(_registry.Image);
        var container = StoreHome.NewContainer();
        await _home.Store.MountRootAsync(container, pulled.Id, default);
        _home.Store.UnmountRoot(container, discard: false);

        _home.Store.Remove(_registry.Image, force: true, None);
        _home.Home.Reopen();

        Assert.Null(_home.Home.Store.Find(pulled.Id.Value));
        Assert.Equal(pulled.Id, _home.Home.Store.FindBelow(container)!.Id);
        var root = await _home.Home.Store.MountRootAsync(container, pulled.Id, default);
        Assert.Equal("own", await File.ReadAllTextAsync(root + "/own"));
    }

    private async Task PullAsync()
    {
        for (var round = 0; round < Rounds; round++) await _home.PullAsync(_registry.Image);
    }

    private async Task UseAsync()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var container = StoreHome.NewContainer();
            try
            {
                if (_home.Store.Find(_registry.Image) is not { } image)
                {
                    await Task.Yield();
                    continue;
                }

                var root = await _home.Store.MountRootAsync(container, image.Id, default);
                Assert.Equal("own", await File.ReadAllTextAsync(root + "/own"));
            }
            catch (ImageException gone) when (gone.Fault == ImageFault.NotFound)
            {
                // Removed before its writable layer was made: told, and nothing half-made.
            }
            finally
            {
                _home.Store.UnmountRoot(container, discard: true);
            }
        }
    }

    private async Task RemoveAsync()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await Task.Yield();
            try
            {
                _home.Store.Remove(_registry.Image, force: round % 2 == 0, None);
            }
            catch (ImageException refused) when (refused.Fault is ImageFault.NotFound or ImageFault.InUse)
            {
                // Not here, or in use.
            }
        }
    }

    private async Task PruneAsync()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await Task.Yield();
            foreach (var image in _home.Store.List()) _home.Store.RemoveUnused(image);
        }
    }

    // As when the disk fills up.
    private async Task CollectAsync()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await _home.Store.SweepAsync(DateTimeOffset.MaxValue, default);
            foreach (var image in await _home.Store.ListIdleAsync(default)) _home.Store.RemoveIdle(image);
        }
    }
}
