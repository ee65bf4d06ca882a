using Microsoft.AspNetCore.Http;
using Swarm.Core.Images;
using Swarm.Images.Peers;

namespace Swarm.Images.Tests.Peers;

/// <summary>Images go from node to node, with one of the nodes doing something wrong.</summary>
public sealed class PeerImagesTests : IAsyncLifetime
{
    private const int Pieces = 4;

    // A file of three pieces and a half; the tar around it is a little more.
    private static readonly byte[] Large = LargeLayer();

    private static readonly Digest Blob = Digest.Of(Large);

    private readonly OtherPeers _peers = new();
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
    }

    public async Task DisposeAsync()
    {
        foreach (var peer in (ServedPeer[])[_one, _two, _three]) await peer.DisposeAsync();
    }

    [Fact]
    public async Task An_image_that_one_node_has_comes_whole_to_another_and_nothing_else_is_left()
    {
        await _two.FetchAsync(_image);

        var image = _two.Home.Store.Find(_image.Value)!;
        Assert.Equal(_one.Home.Store.Find(_image.Value)!.ManifestDigest, image.ManifestDigest);
        Assert.Equal(Large, await File.ReadAllBytesAsync($"{_two.Home.Root}/blobs/sha256/{Blob.Hex}"));
        Assert.Empty(Directory.GetFileSystemEntries($"{_two.Home.Root}/parts"));
        Assert.Empty(Directory.GetFileSystemEntries($"{_two.Home.Root}/tmp"));
        Assert.Equal(Pieces, _one.Sent.Count(sent => sent.Digest == Blob.Value));
    }

    [Fact]
    public async Task A_node_that_was_started_again_and_knows_none_of_the_connections_to_it_is_asked_again()
    {
        var broken = 3;
        _one.Fault = context =>
        {
            var isBroken = context.Request.Path.StartsWithSegments("/peer/images") && broken-- > 0;
            if (isBroken) context.Abort();
            return Task.FromResult(isBroken);
        };

        var held = await _two.Images.FindAsync(_image, default);

        Assert.Equal(_image, held.Single().Id);
    }

    [Fact]
    public async Task A_blob_comes_from_several_nodes_at_once_each_piece_of_it_once()
    {
        await _two.LoadAsync(Large);

        await _three.FetchAsync(_image);

        var sent = _one.Sent.Concat(_two.Sent).Where(sent => sent.Digest == Blob.Value).Select(sent => sent.Piece);
        Assert.Equal(Enumerable.Range(0, Pieces), sent.Order());
        Assert.Contains(_one.Sent, sent => sent.Digest == Blob.Value);
        Assert.Contains(_two.Sent, sent => sent.Digest == Blob.Value);
    }

    [Fact]
    public async Task The_only_copy_is_found_by_the_node_that_has_it_and_gets_the_name_by_which_it_is_asked_for()
    {
        await _two.FetchAsync(_image);
        _one.GoDown();

        var held = await _two.Images.FindAsync(_image, default);
        Assert.Empty(held.Single().Names);
        await _two.Images.PullAsync(held, [ImageReference.Parse("own:1")], _ => { }, default);

        Assert.Equal(_image, _two.Home.Store.Find("own:1")?.Id);
        Assert.Empty(await _two.Images.FindAsync(_image, default));
    }

    [Fact]
    public async Task Several_who_want_one_image_at_the_same_time_fetch_it_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _two.FetchAsync(_image)));

        Assert.Equal(Pieces, _one.Sent.Count(sent => sent.Digest == Blob.Value));
    }

    [Fact]
    public async Task A_node_whose_disk_has_rotted_is_left_out_and_told_of_and_the_blob_comes_from_another()
    {
        await _two.LoadAsync(Large);
        await _two.Images.Shared.DescribeAsync(Blob, withSums: true, default); // from when all was well
        await RotAsync(_two);

        await _three.FetchAsync(_image);

        Assert.Contains(_three.Log.Lines, line => line.Contains("Node two gave wrong bytes", StringComparison.Ordinal));
        Assert.Equal(Large, await File.ReadAllBytesAsync($"{_three.Home.Root}/blobs/sha256/{Blob.Hex}"));
    }

    [Fact]
    public async Task A_blob_that_was_rotten_when_it_was_first_asked_for_is_given_to_nobody()
    {
        await RotAsync(_one);

        var refused = await Assert.ThrowsAsync<PeerException>(() => _two.FetchAsync(_image));

        Assert.Contains("no node that can be reached has it", refused.Message, StringComparison.Ordinal);
        Assert.Contains(_one.Log.Lines, line => line.Contains("is broken", StringComparison.Ordinal));
        Assert.Null(_two.Home.Store.Find(_image.Value));
        Assert.Empty(Directory.GetFileSystemEntries($"{_two.Home.Root}/blobs/sha256"));
    }

    [Fact]
    public async Task When_a_node_goes_away_in_the_middle_the_rest_comes_from_another()
    {
        await _two.LoadAsync(Large);
        var gone = new TaskCompletionSource();
        _one.Fault = async context =>
        {
            if (!IsPiece(context)) return false;
            context.Response.ContentLength = BlobPieces.PieceBytes;
            await context.Response.Body.WriteAsync(new byte[100_000]);
            _one.GoDown();
            gone.TrySetResult();
            context.Abort();
            return true;
        };

        await _three.FetchAsync(_image);

        Assert.True(gone.Task.IsCompleted);
        Assert.Equal(Large, await File.ReadAllBytesAsync($"{_three.Home.Root}/blobs/sha256/{Blob.Hex}"));
    }

    [Fact]
    public async Task What_came_before_all_holders_went_away_is_not_asked_for_again_even_after_a_crash()
    {
        _one.Fault = context => Task.FromResult(IsPiece(context) && GoesDownAfter(pieces: 2, _one, context));
        await Assert.ThrowsAsync<PeerException>(() => _two.FetchAsync(_image));
        var came = _one.Sent.Where(sent => sent.Digest == Blob.Value).Select(sent => sent.Piece).ToHashSet();
        Assert.InRange(came.Count, 1, Pieces - 1);

        _two.Restart(_peers);
        await _three.LoadAsync(Large);
        await _two.FetchAsync(_image);

        var rest = _three.Sent.Where(sent => sent.Digest == Blob.Value).Select(sent => sent.Piece).ToList();
        Assert.Equal(Enumerable.Range(0, Pieces).Except(came), rest.Order());
        Assert.Equal(Large, await File.ReadAllBytesAsync($"{_two.Home.Root}/blobs/sha256/{Blob.Hex}"));
    }

    [Fact]
    public async Task A_fetch_that_was_given_up_is_gone_on_with_by_the_next_one()
    {
        var half = new SemaphoreSlim(2);
        _one.Fault = async context =>
        {
            if (IsPiece(context)) await half.WaitAsync(context.RequestAborted);
            return false;
        };
        using var giveUp = new CancellationTokenSource();
        var first = _two.FetchAsync(_image, giveUp.Token);
        await UntilSentAsync(_one, 2);
        await giveUp.CancelAsync();
        var second = _two.FetchAsync(_image);
        half.Release(100);
        await second;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(
            Enumerable.Range(0, Pieces), _one.Sent.Where(IsOfBlob).Select(sent => sent.Piece).Distinct().Order());
        Assert.Equal(Large, await File.ReadAllBytesAsync($"{_two.Home.Root}/blobs/sha256/{Blob.Hex}"));
    }

    [Fact]
    public async Task A_node_gives_pieces_on_before_it_has_the_whole()
    {
        var half = new SemaphoreSlim(2);
        _one.Fault = async context =>
        {
            if (!IsPiece(context)) return false;
            await half.WaitAsync(context.RequestAborted); // two pieces go out, and no more until others have them, too
            return false;
        };
        var second = _two.FetchAsync(_image);
        await UntilSentAsync(_one, 2);

        var third = _three.FetchAsync(_image);
        await UntilSentAsync(_two, 2);
        Assert.Null(_two.Home.Store.Find(_image.Value));

        half.Release(100);
        await Task.WhenAll(second, third);
        Assert.Equal(Large, await File.ReadAllBytesAsync($"{_three.Home.Root}/blobs/sha256/{Blob.Hex}"));
    }

    [Fact]
    public async Task Who_gives_sums_of_another_content_is_left_out_and_told_of()
    {
        // The sums and the bytes of this one fit each other; only the whole is not what its name says.
        await _two.LoadAsync(Large);
        var other = LargeLayer(seed: 7);
        await PoseAsync(_two, other);
        var asked = 0;
        _one.Fault = context =>
        {
            // The liar is heard first.
            if (!context.Request.Path.Value!.EndsWith(Blob.Value, StringComparison.Ordinal)
                || Interlocked.Increment(ref asked) != 1)
            {
                return Task.FromResult(false);
            }

            context.Response.StatusCode = 404;
            return Task.FromResult(true);
        };

        await _three.FetchAsync(_image);

        Assert.Contains(_three.Log.Lines, line => line.Contains("sums of another content", StringComparison.Ordinal)
            || line.Contains("gave wrong bytes", StringComparison.Ordinal));
        Assert.Equal(Large, await File.ReadAllBytesAsync($"{_three.Home.Root}/blobs/sha256/{Blob.Hex}"));
    }

    private static async Task UntilSentAsync(ServedPeer peer, int pieces)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (peer.Sent.Count(sent => sent.Digest == Blob.Value) < pieces)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
    }

    private static bool IsOfBlob((string Digest, int Piece) sent) => sent.Digest == Blob.Value;

    // A blob of the same length under the name of this one, with sums as if it had been checked.
    private static async Task PoseAsync(ServedPeer peer, byte[] content)
    {
        var path = $"{peer.Home.Root}/blobs/sha256/{Blob.Hex}";
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(path, content);
        var sums = content.Chunk(BlobPieces.PieceBytes)
            .SelectMany(piece => System.Security.Cryptography.SHA256.HashData(piece)).ToArray();
        await File.WriteAllBytesAsync($"{peer.Home.Root}/sums/{Blob.Hex}", sums);
    }

    private static async Task RotAsync(ServedPeer peer)
    {
        var path = $"{peer.Home.Root}/blobs/sha256/{Blob.Hex}";
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        for (var piece = 0; piece < Pieces; piece++)
        {
            file.Position = BlobPieces.OffsetOf(piece) + 1000;
            var old = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(old ^ 1));
        }
    }

    private static bool GoesDownAfter(int pieces, ServedPeer peer, HttpContext context)
    {
        if (peer.Sent.Count(sent => sent.Digest == Blob.Value) < pieces) return false;
        peer.GoDown();
        context.Abort();
        return true;
    }

    private static bool IsPiece(HttpContext context) =>
        context.Request.Path.Value!.Contains($"{Blob}/pieces/", StringComparison.Ordinal);

    private static byte[] LargeLayer(int seed = 1)
    {
        var content = new byte[(BlobPieces.PieceBytes * 7 / 2) - 4096];
        new Random(seed).NextBytes(content);
        return new TarBuilder()
            .Entry(
                new Tar.TarEntry { Name = TarBuilder.Bytes("large"), Kind = Tar.TarKind.File, Mode = 0x1a4 }, content)
            .Build();
    }
}
