using System.Security.Cryptography;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Peers;

namespace Swarm.Images.Tests.Peers;

/// <summary>A blob is read from its beginning while its pieces come in any order.</summary>
public sealed class PrefixStreamTests : IDisposable
{
    private const int Pieces = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly byte[] Content = Random(((Pieces - 1) * BlobPieces.PieceBytes) + 12_345);
    private static readonly Digest Blob = Digest.Of(Content);
    private static readonly PieceSums Sums = PieceSums.From(
        [.. Content.Chunk(BlobPieces.PieceBytes).SelectMany(piece => SHA256.HashData(piece))], Content.Length)!;

    private readonly string _path = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), "swarm-prefix-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Pieces_in_any_order_are_read_in_theirs_and_to_the_end(int seed)
    {
        using var blob = Open();
        var read = ReadAsync(blob);
        var digest = blob.DigestAsync(default);
        var order = Enumerable.Range(0, Pieces).ToArray();
        new Random(seed).Shuffle(order);

        foreach (var piece in order)
        {
            Assert.False(read.IsCompleted);
            Assert.True(await WriteAsync(blob, piece));
        }

        Assert.Equal(Content, await read.WaitAsync(Limit));
        Assert.Equal(Blob, await digest.WaitAsync(Limit));
    }

    [Fact]
    public async Task What_has_come_is_read_before_the_rest_is_here()
    {
        using var blob = Open();
        foreach (var piece in (int[])[0, 1, 3]) await WriteAsync(blob, piece);
        var beginning = new byte[2 * BlobPieces.PieceBytes];

        await using var stream = blob.Follow(default);
        await DedicatedThread.RunAsync(
            () =>
            {
                stream.ReadExactly(beginning);
                return true;
            },
            default).WaitAsync(Limit);

        Assert.Equal(Content[..beginning.Length], beginning);
        Assert.False(blob.IsRight);
    }

    [Fact]
    public async Task Wrong_bytes_in_the_middle_are_waited_for_until_the_right_ones_come()
    {
        using var blob = Open();
        var read = ReadAsync(blob);
        foreach (var piece in (int[])[0, 1, 3, 4]) await WriteAsync(blob, piece);

        Assert.False(await WriteAsync(blob, 2, new byte[BlobPieces.PieceBytes]));
        Assert.False(read.IsCompleted);
        Assert.True(await WriteAsync(blob, 2));

        Assert.Equal(Content, await read.WaitAsync(Limit));
    }

    [Fact]
    public async Task Cut_off_it_says_so_and_opened_again_it_is_read_from_what_is_there_and_from_what_comes()
    {
        Task<byte[]> read;
        using (var blob = Open())
        {
            read = ReadAsync(blob);
            foreach (var piece in (int[])[0, 3]) await WriteAsync(blob, piece);
        }

        var cut = await Assert.ThrowsAsync<IOException>(() => read.WaitAsync(Limit));
        Assert.Contains("does not come any more", cut.Message, StringComparison.Ordinal);

        using var again = Open();
        Assert.Equal(2, again.Here.Count);
        read = ReadAsync(again);
        foreach (var piece in (int[])[4, 2, 1]) await WriteAsync(again, piece);
        Assert.Equal(Content, await read.WaitAsync(Limit));
    }

    [Fact]
    public async Task Once_all_is_here_it_is_read_to_its_end_though_it_is_closed_and_moved()
    {
        using var blob = Open();
        await using var stream = blob.Follow(default);
        for (var piece = 0; piece < Pieces; piece++) await WriteAsync(blob, piece);
        Assert.Equal(new StagedBlob(_path, Blob, Content.Length), blob.Finish());
        blob.Dispose();
        File.Delete(_path);

        var content = new MemoryStream();
        stream.CopyTo(content);

        Assert.True(blob.IsRight);
        Assert.Equal(Content, content.ToArray());
        Assert.Throws<IOException>(() => blob.Follow(default));
    }

    [Fact]
    public async Task Who_waits_for_a_piece_can_give_up()
    {
        using var stop = new CancellationTokenSource();
        using var blob = Open();
        var read = ReadAsync(blob, stop.Token);
        await WriteAsync(blob, 0);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Limit));
    }

    [Fact]
    public async Task Of_one_piece_its_sum_says_what_it_is()
    {
        var small = Random(1000);
        using var blob = PartialBlob.Open(
            _path, Digest.Of(small), small.Length, PieceSums.FromName(Digest.Of(small), small.Length)!,
            RandomAccess.Read, default);

        Assert.Equal(Digest.Of(small), await blob.DigestAsync(default));
    }

    private PartialBlob Open() => PartialBlob.Open(
        _path, Blob, Content.Length, Sums, RandomAccess.Read, default);

    private static Task<byte[]> ReadAsync(PartialBlob blob, CancellationToken stop = default)
    {
        var stream = blob.Follow(stop);
        return DedicatedThread.RunAsync(
            () =>
            {
                using (stream)
                {
                    var content = new MemoryStream();
                    stream.CopyTo(content);
                    return content.ToArray();
                }
            },
            default);
    }

    private static Task<bool> WriteAsync(PartialBlob blob, int piece, byte[]? content = null)
    {
        var stream = new MemoryStream(content ?? Content.Chunk(BlobPieces.PieceBytes).ElementAt(piece));
        return blob.WriteAsync(
            piece, into => Task.FromResult(stream.ReadAtLeast(into.Span, into.Length, throwOnEndOfStream: false)),
            default);
    }

    private static byte[] Random(int bytes)
    {
        var content = new byte[bytes];
        new Random(5).NextBytes(content);
        return content;
    }
}
