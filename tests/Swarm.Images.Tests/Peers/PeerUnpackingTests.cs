using Microsoft.AspNetCore.Http;
using Swarm.Core.Images;
using Swarm.Images.Peers;
using Swarm.Images.Registry;

namespace Swarm.Images.Tests.Peers;

/// <summary>A layer that came from another node is unpacked while that one keeps the next layer back.</summary>
public sealed class PeerUnpackingTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly byte[] First = new TarBuilder().File("first", "first").Build();

    private static readonly byte[] Second = new TarBuilder().File("second", "second").Build();

    private const int LastPiece = 3;
    private static readonly byte[] Large = LargeLayer();

    private readonly OtherPeers _peers = new();
    private readonly TaskCompletionSource _isUnpacked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new();
    private ServedPeer _one = null!;
    private ServedPeer _two = null!;
    private Digest _image;

    public async Task InitializeAsync()
    {
        _one = await ServedPeer.StartAsync("one", _peers);
        _two = await ServedPeer.StartAsync("two", _peers);
        _image = await _one.LoadAsync(First, Second);
        _one.Fault = async context =>
        {
            if (IsPieceOf(Second, context)) await _letGo.Task.WaitAsync(context.RequestAborted);
            return false;
        };
    }

    public async Task DisposeAsync()
    {
        foreach (var peer in (ServedPeer[])[_one, _two]) await peer.DisposeAsync();
    }

    [Fact]
    public async Task It_is_unpacked_before_the_next_one_has_come()
    {
        var fetch = _two.FetchAsync(_image, Tell, default);
        await _isUnpacked.Task.WaitAsync(Limit);
        Assert.Single(Unpacked());
        Assert.Null(_two.Home.Store.Find(_image.Value));

        _letGo.SetResult();
        await fetch;
        var root = await _two.Home.Store.MountRootAsync(StoreHome.NewContainer(), _image, default);
        Assert.Equal("first", await File.ReadAllTextAsync(root + "/first"));
        Assert.Equal("second", await File.ReadAllTextAsync(root + "/second"));
        Assert.Empty(Directory.GetFileSystemEntries(_two.Home.Root + "/tmp"));
    }

    [Fact]
    public async Task It_goes_when_the_next_one_cannot_be_had()
    {
        var fetch = _two.FetchAsync(_image, Tell, default);
        await _isUnpacked.Task.WaitAsync(Limit);

        _one.GoDown();
        _one.Fault = _ => Task.FromResult(false);
        _letGo.SetException(new IOException("the node is gone"));

        await Assert.ThrowsAsync<PeerException>(() => fetch);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task It_goes_when_the_fetch_is_given_up()
    {
        using var stop = new CancellationTokenSource();
        var fetch = _two.FetchAsync(_image, Tell, stop.Token);
        await _isUnpacked.Task.WaitAsync(Limit);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        AssertNothingIsLeft();
        _letGo.SetResult();
        await _two.FetchAsync(_image);
        Assert.NotNull(_two.Home.Store.Find(_image.Value));
    }

    [Fact]
    public async Task One_of_several_pieces_is_unpacked_while_the_last_is_kept_back_and_goes_when_that_cannot_be_had()
    {
        var last = $"{Digest.Of(Large)}/pieces/{LastPiece}";
        var image = await _one.LoadAsync(Large);
        _one.Fault = async context =>
        {
            if (context.Request.Path.Value!.EndsWith(last, StringComparison.Ordinal))
                await _letGo.Task.WaitAsync(context.RequestAborted);
            return false;
        };
        var fetch = _two.FetchAsync(image);
        await UntilUnpackedAsync("large");
        Assert.Null(_two.Home.Store.Find(image.Value));

        _one.GoDown();
        _letGo.SetException(new IOException("the node is gone"));
        await Assert.ThrowsAsync<PeerException>(() => fetch);
        AssertNothingIsLeft();

        // What came of it is gone on with.
        await using var three = await ServedPeer.StartAsync("three", _peers);
        await three.LoadAsync(Large);
        await _two.FetchAsync(image);
        var sent = three.Sent.Where(sent => sent.Digest == Digest.Of(Large).Value).Select(sent => sent.Piece).ToList();
        Assert.Contains(LastPiece, sent);
        Assert.DoesNotContain(0, sent);
        Assert.True(File.Exists($"{_two.Home.Root}/layers/diff-{Digest.Of(Large).Hex}/tree/large"));
        Assert.Empty(Directory.GetFileSystemEntries(_two.Home.Root + "/tmp"));
    }

    private static bool IsPieceOf(byte[] blob, HttpContext context) =>
        context.Request.Path.Value!.Contains($"{Digest.Of(blob)}/pieces/", StringComparison.Ordinal);

    private void Tell(TransferStep step)
    {
        if (step == new TransferStep(Digest.Of(First).Hex[..12], "Pull complete")) _isUnpacked.TrySetResult();
    }

    private async Task UntilUnpackedAsync(string file)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!Unpacked(file).Any())
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
    }

    private IEnumerable<string> Unpacked(string file = "first") =>
        Directory.EnumerateDirectories(_two.Home.Root + "/tmp", "tree", SearchOption.AllDirectories)
            .Where(tree => File.Exists($"{tree}/{file}"));

    private static byte[] LargeLayer()
    {
        var content = new byte[(BlobPieces.PieceBytes * 7 / 2) - 4096];
        new Random(13).NextBytes(content);
        return new TarBuilder()
            .Entry(
                new Tar.TarEntry { Name = TarBuilder.Bytes("large"), Kind = Tar.TarKind.File, Mode = 0x1a4 }, content)
            .Build();
    }

    private void AssertNothingIsLeft()
    {
        Assert.Null(_two.Home.Store.Find(_image.Value));
        foreach (var folder in (string[])["tmp", "layers", "blobs/sha256"])
            Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_two.Home.Root, folder)));
    }
}
