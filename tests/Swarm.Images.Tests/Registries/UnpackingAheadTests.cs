using Swarm.Core.Images;
using Swarm.Images.Registry;

namespace Swarm.Images.Tests.Registries;

/// <summary>A layer is unpacked as soon as it is here, while a registry keeps others back.</summary>
public sealed class UnpackingAheadTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly byte[] First = new TarBuilder().Folder("d").File("d/first", "first").Build();

    private static readonly byte[] Second = new TarBuilder().Folder("d").File("d/second", "second").Build();

    private readonly PullHome _home = new(new RegistryOptions
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        SilenceMax = Limit,
    });

    private readonly HeldBlobs _held = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(0, "d/second")]
    [InlineData(1, "d/first")]
    public async Task A_layer_is_unpacked_while_the_one_below_or_above_it_is_still_on_its_way(int late, string early)
    {
        await using var registry = await FaultyRegistry.StartAsync(First, Second);
        _held.KeepBack(registry, registry.Layers[late]);
        var isUnpacked = Told(registry.Layers[1 - late], "Pull complete");

        var pull = _home.PullAsync(registry.Image);
        await isUnpacked.WaitAsync(Limit);

        Assert.Single(Unpacked(early));
        Assert.False(pull.IsCompleted);
        Assert.Empty(Directory.GetFileSystemEntries(_home.Home.Root + "/layers"));
        Assert.Empty(_home.Store.List());

        _held.LetGo(registry, registry.Layers[late]);
        var root = await _home.Store.MountRootAsync(StoreHome.NewContainer(), (await pull).Id, default);
        Assert.Equal("first", await File.ReadAllTextAsync(root + "/d/first"));
        Assert.Equal("second", await File.ReadAllTextAsync(root + "/d/second"));
        Assert.Empty(Directory.GetFileSystemEntries(_home.Home.Root + "/tmp"));
    }

    [Fact]
    public async Task What_is_told_of_a_layer_is_in_Dockers_words_and_order_also_of_one_that_waits_for_those_below()
    {
        var hiding = new TarBuilder().Folder("d").File("d/.wh.first", "").Build();
        await using var registry = await FaultyRegistry.StartAsync(First, hiding);

        var pulled = await _home.PullAsync(registry.Image);

        string[] expected =
        [
            "Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete", "Extracting", "Pull complete",
        ];
        Assert.All(registry.Layers, layer => Assert.Equal(
            expected,
            _home.Steps.Where(step => step.Id == layer.Hex[..12] && step.Status != "Waiting")
                .Select(step => step.Status).Distinct()));
        var root = await _home.Store.MountRootAsync(StoreHome.NewContainer(), pulled.Id, default);
        Assert.Empty(Directory.GetFileSystemEntries(root + "/d"));
    }

    [Fact]
    public async Task Nothing_is_unpacked_before_the_configuration_tells_what_it_has_to_be()
    {
        await using var registry = await FaultyRegistry.StartAsync(First, Second);
        _held.KeepBack(registry, registry.Config);
        var areHere = Task.WhenAll(registry.Layers.Select(layer => Told(layer, "Download complete")).ToList());

        var pull = _home.PullAsync(registry.Image);
        await areHere.WaitAsync(Limit);
        Assert.DoesNotContain("Extracting", _home.Statuses);

        _held.LetGo(registry, registry.Config);
        Assert.True((await pull).IsNew);
    }

    [Fact]
    public async Task A_layer_that_is_not_what_it_has_to_be_ends_the_fetch_of_the_others()
    {
        await using var registry = await FaultyRegistry.StartAsync(
            [First, Second], [Digest.Of("other"u8.ToArray()), Digest.Of(Second)]);

        await AssertNothingIsLeftAsync<ImageException>(registry, registry.Layers[1], "should have");
    }

    [Fact]
    public async Task A_configuration_of_another_number_of_layers_ends_the_fetch_of_the_layers()
    {
        await using var registry = await FaultyRegistry.StartAsync([First, Second], [Digest.Of(First)]);

        await AssertNothingIsLeftAsync<ImageException>(registry, registry.Layers[1], "1 digests for 2 layers");
    }

    [Fact]
    public async Task A_layer_that_cannot_be_had_takes_with_it_what_was_unpacked()
    {
        await using var registry = await FaultyRegistry.StartAsync(First, Second);
        var isUnpacked = Told(registry.Layers[0], "Pull complete");
        registry.Fault = async (context, _) =>
        {
            if (context.Request.Path != FaultyRegistry.PathOf(registry.Layers[1])) return false;
            await isUnpacked;
            return await FaultyRegistry.RefuseAsync(context, 404);
        };
        var before = _home.Home.Contents();

        await Assert.ThrowsAsync<RegistryException>(() => _home.PullAsync(registry.Image));

        Assert.Equal(before, _home.Home.Contents());
    }

    [Theory]
    [InlineData("Extracting")]
    [InlineData("Pull complete")]
    public async Task A_pull_that_is_given_up_while_a_layer_is_unpacked_leaves_nothing_and_the_next_one_works(string at)
    {
        await using var registry = await FaultyRegistry.StartAsync(First, Second);
        _held.KeepBack(registry, registry.Layers[1]);
        using var stop = new CancellationTokenSource();
        _home.Told = step =>
        {
            if (step.Status == at) stop.Cancel();
        };
        var before = _home.Home.Contents();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _home.PullAsync(registry.Image, cancellation: stop.Token));

        Assert.Equal(before, _home.Home.Contents());
        _held.LetGo(registry, registry.Layers[1]);
        Assert.True((await _home.PullAsync(registry.Image)).IsNew);
    }

    private async Task AssertNothingIsLeftAsync<TException>(FaultyRegistry registry, Digest late, string why)
        where TException : Exception
    {
        _held.KeepBack(registry, late);
        var before = _home.Home.Contents();

        var refused = await Assert.ThrowsAsync<TException>(() => _home.PullAsync(registry.Image).WaitAsync(Limit));

        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        await _held.GivenUp.Task.WaitAsync(Limit);
        Assert.Equal(before, _home.Home.Contents());
    }

    private Task Told(Digest layer, string status)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _home.Told += step =>
        {
            if (step.Id == layer.Hex[..12] && step.Status == status) told.TrySetResult();
        };
        return told.Task;
    }

    private IEnumerable<string> Unpacked(string path) =>
        Directory.EnumerateDirectories(_home.Home.Root + "/tmp", "tree", SearchOption.AllDirectories)
            .Where(tree => File.Exists(Path.Combine(tree, path)));
}
