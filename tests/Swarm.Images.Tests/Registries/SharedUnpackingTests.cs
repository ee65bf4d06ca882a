using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Registry;

namespace Swarm.Images.Tests.Registries;

/// <summary>Images with a layer in common come at the same time.</summary>
public sealed class SharedUnpackingTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly byte[] Shared = new TarBuilder().File("shared", "shared").Build();

    private readonly PullHome _home = new(new RegistryOptions
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        SilenceMax = Limit,
    });

    private readonly HeldBlobs _held = new();
    private FaultyRegistry _one = null!;
    private FaultyRegistry _two = null!;

    public async Task InitializeAsync()
    {
        _one = await FaultyRegistry.StartAsync(Shared, new TarBuilder().File("one", "one").Build());
        _two = await FaultyRegistry.StartAsync(Shared, new TarBuilder().File("two", "two").Build());
        _held.KeepBack(_one, _one.Layers);
        _held.KeepBack(_two, _two.Layers);
    }

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task It_is_unpacked_once_and_goes_on_when_one_of_them_is_given_up()
    {
        using var stop = new CancellationTokenSource();
        var (one, two) = await BothHaveUnpackedAsync(stop.Token);
        Assert.Single(Unpacked());

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.Single(Unpacked());

        _held.LetGo(_two, _two.Layers[1]);
        await AssertIsWholeAsync((await two).Id, "shared", "two");
        Assert.Empty(Directory.GetFileSystemEntries(_home.Home.Root + "/tmp"));
    }

    [Fact]
    public async Task The_one_that_is_taken_in_later_has_the_layer_that_the_other_brought()
    {
        var (one, two) = await BothHaveUnpackedAsync();
        _held.LetGo(_one, _one.Layers[1]);
        await one;
        _held.LetGo(_two, _two.Layers[1]);
        await two;

        Assert.Equal(3, Directory.GetDirectories(_home.Home.Root + "/layers").Length);
        await AssertIsWholeAsync((await one).Id, "shared", "one");
        await AssertIsWholeAsync((await two).Id, "shared", "two");
    }

    [Fact]
    public async Task The_one_that_is_taken_in_later_unpacks_it_again_when_the_other_was_removed_meanwhile()
    {
        var (one, two) = await BothHaveUnpackedAsync();
        _held.LetGo(_one, _one.Layers[1]);
        await one;
        _home.Store.Remove(_one.Image, force: false, ImmutableHashSet<ContainerId>.Empty);
        Assert.Empty(Directory.GetDirectories(_home.Home.Root + "/layers"));

        _held.LetGo(_two, _two.Layers[1]);
        await AssertIsWholeAsync((await two).Id, "shared", "two");
        Assert.Empty(Directory.GetFileSystemEntries(_home.Home.Root + "/tmp"));
    }

    // Layers that hide what lies below, the same layer twice, a link that leads on: whatever is here first.
    [Fact]
    public async Task In_whatever_order_the_blobs_come_the_image_is_the_same()
    {
        var hiding = new TarBuilder().File(".wh.gone", "").Build();
        byte[][] layers =
        [
            new TarBuilder().Folder("usr").Folder("usr/lib").Link("lib", "usr/lib").File("gone").Build(), hiding,
            new TarBuilder().File("gone").File("lib/x", "x").Build(), hiding,
            new TarBuilder().Folder("usr", mode: 0x1c0).File("usr/own").Build(),
        ];
        string[] expected;
        using (var other = new PullHome())
        {
            var loaded = await other.LoadAsync("expected:1", layers);
            expected = ListingOf(await other.Store.MountRootAsync(StoreHome.NewContainer(), loaded, default));
        }

        for (var seed = 0; seed < 20; seed++)
        {
            await using var registry = await FaultyRegistry.StartAsync(layers);
            Digest[] blobs = [registry.Config, .. registry.Layers.Distinct()];
            _held.KeepBack(registry, blobs);
            new Random(seed).Shuffle(blobs);
            var pull = _home.PullAsync(registry.Image);
            foreach (var blob in blobs)
            {
                _held.LetGo(registry, blob);
                await Task.Yield();
            }

            var container = StoreHome.NewContainer();
            var root = await _home.Store.MountRootAsync(container, (await pull.WaitAsync(Limit)).Id, default);
            Assert.Equal(expected, ListingOf(root));
            _home.Store.UnmountRoot(container, discard: true);
            _home.Store.Remove(registry.Image, force: true, ImmutableHashSet<ContainerId>.Empty);
        }
    }

    // Folders in which an upper layer puts something have the time of that.
    private static string[] ListingOf(string root) =>
        [.. TreeListing.Of(root).Select(line => Regex.Replace(line, @" \d{10} ", " "))];

    private async Task<(Task<PulledImage> One, Task<PulledImage> Two)> BothHaveUnpackedAsync(
        CancellationToken stop = default)
    {
        var want = BothTold("Pulling fs layer");
        var have = BothTold("Pull complete");
        var one = _home.PullAsync(_one.Image, cancellation: stop);
        var two = _home.PullAsync(_two.Image, cancellation: CancellationToken.None);
        await want.WaitAsync(Limit, CancellationToken.None);
        foreach (var registry in (FaultyRegistry[])[_one, _two]) _held.LetGo(registry, registry.Layer);
        await have.WaitAsync(Limit, CancellationToken.None);
        return (one, two);
    }

    private Task BothTold(string status)
    {
        var told = 0;
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _home.Told += step =>
        {
            var isIt = step == new TransferStep(_one.Layer.Hex[..12], status);
            if (isIt && Interlocked.Increment(ref told) == 2) both.TrySetResult();
        };
        return both.Task;
    }

    private async Task AssertIsWholeAsync(Digest image, params string[] files)
    {
        var root = await _home.Store.MountRootAsync(StoreHome.NewContainer(), image, default);
        Assert.Equal(files.Order(), Directory.GetFiles(root).Select(Path.GetFileName).Order());
        Assert.All(files, file => Assert.Equal(file, File.ReadAllText($"{root}/{file}")));
    }

    private IEnumerable<string> Unpacked() =>
        Directory.EnumerateDirectories(_home.Home.Root + "/tmp", "tree", SearchOption.AllDirectories)
            .Where(tree => File.Exists(tree + "/shared"));
}
