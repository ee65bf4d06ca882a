using Microsoft.AspNetCore.Http;
using Swarm.Core.Images;

namespace Swarm.Images.Tests.Peers;

/// <summary>A node gives pieces so slowly that it is never silent and never done.</summary>
public sealed class SlowPeerTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly byte[] Large = LargeLayer();

    private static readonly Digest Blob = Digest.Of(Large);

    private readonly OtherPeers _peers = new();
    private int _begun;
    private int _dripped;
    private ServedPeer _one = null!;
    private ServedPeer _two = null!;
    private ServedPeer _three = null!;
    private Digest _image;

    public async Task InitializeAsync()
    {
        _one = await ServedPeer.StartAsync("one", _peers);
        _two = await ServedPeer.StartAsync("two", _peers);
        _three = await ServedPeer.StartAsync("three", _peers);
        _image = await _one.LoadAsync(Large);
        _one.Fault = context => DripAsync(context, until: new TaskCompletionSource().Task);
    }

    public async Task DisposeAsync()
    {
        foreach (var peer in (ServedPeer[])[_one, _two, _three]) await peer.DisposeAsync();
    }

    [Fact]
    public async Task What_comes_too_slowly_from_one_is_fetched_from_another_that_has_it()
    {
        await _two.LoadAsync(Large);

        await _three.FetchAsync(_image).WaitAsync(Limit);

        Assert.Equal(Large, await File.ReadAllBytesAsync($"{_three.Home.Root}/blobs/sha256/{Blob.Hex}"));
        Assert.Equal([0, 1, 2, 3], _two.Sent.Where(IsOfBlob).Select(sent => sent.Piece).Order());
    }

    [Fact]
    public async Task Who_comes_while_as_much_as_may_be_asked_for_is_on_its_way_too_slowly_is_found()
    {
        await using var four = await ServedPeer.StartAsync("four", _peers);
        await four.LoadAsync(Large);
        four.Fault = _one.Fault;
        var fetching = _three.FetchAsync(_image);
        await UntilAsync(() => _dripped >= 500); // as slow as all are that is enough by then

        await _two.LoadAsync(Large);
        await fetching.WaitAsync(Limit);

        Assert.Equal([0, 1, 2, 3], _two.Sent.Where(IsOfBlob).Select(sent => sent.Piece).Order());
    }

    [Fact]
    public async Task The_only_one_who_has_it_is_waited_for_however_slow_it_is()
    {
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _one.Fault = context => DripAsync(context, enough.Task);
        var fetching = _three.FetchAsync(_image);
        await UntilAsync(() => _dripped >= 100); // two seconds, in which it is looked at several times

        enough.SetResult();
        await fetching.WaitAsync(Limit);

        Assert.Equal(4, _begun);
    }

    // A byte now and then, and the whole of what is right once that is wanted.
    private async Task<bool> DripAsync(HttpContext context, Task until)
    {
        if (!context.Request.Path.Value!.Contains($"{Blob}/pieces/", StringComparison.Ordinal)) return false;

        Interlocked.Increment(ref _begun);
        var piece = int.Parse(context.Request.Path.Value!.Split('/')[^1]);
        var content = Large.AsMemory(
            (int)BlobPieces.OffsetOf(piece), BlobPieces.LengthOf(piece, Large.Length));
        context.Response.ContentLength = content.Length;
        var sent = 0;
        while (!until.IsCompleted)
        {
            await context.Response.Body.WriteAsync(content.Slice(sent++, 1), context.RequestAborted);
            Interlocked.Increment(ref _dripped);
            await Task.Delay(TimeSpan.FromMilliseconds(40), TimeProvider.System, context.RequestAborted);
        }

        await context.Response.Body.WriteAsync(content[sent..], context.RequestAborted);
        return true;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!isSo()) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
    }

    private static bool IsOfBlob((string Digest, int Piece) sent) => sent.Digest == Blob.Value;

    private static byte[] LargeLayer()
    {
        var content = new byte[(BlobPieces.PieceBytes * 7 / 2) - 4096];
        new Random(5).NextBytes(content);
        return new TarBuilder()
            .Entry(
                new Tar.TarEntry { Name = TarBuilder.Bytes("large"), Kind = Tar.TarKind.File, Mode = 0x1a4 }, content)
            .Build();
    }
}
