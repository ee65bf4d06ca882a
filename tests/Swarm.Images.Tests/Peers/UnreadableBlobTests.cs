using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Peers;
using Swarm.Images.Registry;
using Swarm.Linux;

namespace Swarm.Images.Tests.Peers;

/// <summary>The disk does not give a blob that is on it: EIO.</summary>
/// <remarks>A link to the memory of this process stands for such a file: nothing is mapped where it begins, and to read
/// there is answered with EIO. https://man7.org/linux/man-pages/man5/proc_pid_mem.5.html</remarks>
public sealed class UnreadableBlobTests : IAsyncLifetime
{
    private static readonly byte[] Small = new TarBuilder().File("word", "small").Build();

    private static readonly byte[] Large = LargeLayer();

    private static readonly Digest Blob = Digest.Of(Large);

    private readonly OtherPeers _peers = new();
    private ServedPeer _one = null!;
    private ServedPeer _two = null!;
    private Digest _image;
    private Digest _config;

    public async Task InitializeAsync()
    {
        _one = await ServedPeer.StartAsync("one", _peers);
        _two = await ServedPeer.StartAsync("two", _peers);
        _image = await _one.LoadAsync(Small, Large);
        await _two.LoadAsync(Small, Large);
        _config = _image;
    }

    public async Task DisposeAsync()
    {
        foreach (var peer in (ServedPeer[])[_one, _two]) await peer.DisposeAsync();
    }

    [Fact]
    public async Task A_holder_sets_aside_what_its_disk_does_not_give_and_the_image_comes_from_another()
    {
        Lose(_one, _config);
        await using var three = await ServedPeer.StartAsync("three", _peers);
        var held = await three.Images.FindAsync(_image, default);
        Assert.Equal(2, held.Length);

        await three.Images.PullAsync(held, [], _ => { }, default);

        Assert.NotNull(three.Images.Shared.FindImage(_image));
        AssertSetAside(_one, _config);
    }

    [Fact]
    public async Task What_is_found_out_while_a_piece_is_sent_is_set_aside_too()
    {
        Lose(_one, _config);

        using var piece = _one.Images.Shared.OpenPiece(_config, 0)!;
        var failed = await Assert.ThrowsAsync<IOException>(
            () => piece.CopyToAsync(PipeWriter.Create(Stream.Null), default));

        Assert.Equal(Errno.EIO, failed.HResult);
        AssertSetAside(_one, _config);
        Assert.Null(_one.Images.Shared.OpenPiece(_config, 0));
    }

    [Fact]
    public async Task A_large_blob_that_is_summed_up_in_vain_is_set_aside()
    {
        Lose(_one, Blob, length: 100);
        var sums = new KnownSums(_one.Home.Store, TimeProvider.System, _one.Log);

        Assert.Null(await sums.FindAsync(new StagedBlob(PathOf(_one, Blob), Blob, Large.Length), default));

        AssertSetAside(_one, Blob);
    }

    [Fact]
    public async Task Who_fetches_an_image_does_not_count_on_what_its_own_disk_does_not_give()
    {
        Lose(_one, _config);

        Assert.Null(await _one.Home.Store.FindSoundAsync(_config, FileLength(_two, _config), default));

        AssertSetAside(_one, _config);
        File.Delete($"{_one.Home.Root}/parts/{_config.Hex}"); // a real one would be read as far as it goes

        await _one.FetchAsync(_image);

        Assert.NotNull(_one.Images.Shared.FindImage(_image));
    }

    [Fact]
    public void A_manifest_that_the_disk_does_not_give_is_as_one_that_is_not_here()
    {
        var manifest = _one.Home.Store.Find(_image.Value)!.ManifestDigest;
        Lose(_one, manifest);

        Assert.Null(_one.Home.Store.ReadManifest(manifest));

        AssertSetAside(_one, manifest);
    }

    [Fact]
    public async Task Of_a_blob_that_has_come_in_part_what_the_disk_has_lost_is_not_here_and_goes_into_a_new_file()
    {
        var path = $"{_one.Home.Root}/parts/{Blob.Hex}";
        await File.WriteAllBytesAsync(path, Large);
        var sums = PieceSums.From(
            [.. Large.Chunk(BlobPieces.PieceBytes).SelectMany(piece => SHA256.HashData(piece))], Large.Length)!;

        using var blob = PartialBlob.Open(path, Blob, Large.Length, sums, Failing(times: 1).Read, default);

        Assert.Equal(PieceSet.Empty.Add(0), blob.Here);
        var now = await File.ReadAllBytesAsync(path);
        Assert.Equal(Large[..BlobPieces.PieceBytes], now[..BlobPieces.PieceBytes]);
        Assert.Equal(new byte[Large.Length - BlobPieces.PieceBytes], now[BlobPieces.PieceBytes..]);
    }

    [Fact]
    public async Task A_fetch_whose_own_disk_loses_what_came_fetches_that_again()
    {
        using var home = new StoreHome();
        using var handler = new SocketsHttpHandler { UseProxy = false };
        var options = new PeerOptions { LookEvery = TimeSpan.FromMilliseconds(20) };
        using var web = new PeerWeb(handler, options, TimeProvider.System);
        var partials = new PartialBlobs(home.Store.Folders, options, TimeProvider.System)
        {
            Read = Failing(times: 2).Read, // who sums up the whole, and who opens it again
        };
        var download = new PeerDownload(
            web, _peers.Than("three"), partials, new KnownSums(home.Store, TimeProvider.System, _one.Log), options,
            TimeProvider.System, _one.Log, new WantedBlob(Blob, Large.Length, "an image"), _ => { });

        var came = await download.RunAsync(default);

        Assert.Equal(Large, await File.ReadAllBytesAsync(came.Path));
        var sent = _one.Sent.Concat(_two.Sent).Where(sent => sent.Digest == Blob.Value).Select(sent => sent.Piece);
        Assert.Equal([0, 1, 1], sent.Order());
        Assert.Contains(_one.Log.Lines, line => line.Contains("does not give what came", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fetch_ends_when_its_disk_loses_again_and_again_what_came()
    {
        using var home = new StoreHome();
        using var handler = new SocketsHttpHandler { UseProxy = false };
        var options = new PeerOptions { LookEvery = TimeSpan.FromMilliseconds(20) };
        using var web = new PeerWeb(handler, options, TimeProvider.System);
        var partials = new PartialBlobs(home.Store.Folders, options, TimeProvider.System)
        {
            Read = Failing(times: int.MaxValue).Read,
        };
        var download = new PeerDownload(
            web, _peers.Than("three"), partials, new KnownSums(home.Store, TimeProvider.System, _one.Log), options,
            TimeProvider.System, _one.Log, new WantedBlob(Blob, Large.Length, "an image"), _ => { });

        Assert.Equal(
            Errno.EIO, (await Assert.ThrowsAsync<IOException>(() => download.RunAsync(default))).HResult);
    }

    private static FailingReads Failing(int times) => new(times);

    private static void AssertSetAside(ServedPeer peer, Digest blob)
    {
        Assert.False(File.Exists(PathOf(peer, blob)));
        Assert.NotNull(new FileInfo($"{peer.Home.Root}/parts/{blob.Hex}").LinkTarget);
    }

    private static void Lose(ServedPeer peer, Digest blob, int? length = null)
    {
        var path = PathOf(peer, blob);
        var bytes = length ?? (int)new FileInfo(path).Length;
        File.Delete(path);
        // As long as the blob: of a link that is what its length is.
        File.CreateSymbolicLink(path, "/proc/self".PadRight(bytes - "mem".Length, '/') + "mem");
        Assert.Equal(bytes, new FileInfo(path).Length);
    }

    private static long FileLength(ServedPeer peer, Digest blob) => new FileInfo(PathOf(peer, blob)).Length;

    private static string PathOf(ServedPeer peer, Digest blob) => $"{peer.Home.Root}/blobs/sha256/{blob.Hex}";

    // Of two pieces.
    private static byte[] LargeLayer()
    {
        var content = new byte[BlobPieces.PieceBytes * 3 / 2];
        new Random(9).NextBytes(content);
        return new TarBuilder()
            .Entry(
                new Tar.TarEntry { Name = TarBuilder.Bytes("large"), Kind = Tar.TarKind.File, Mode = 0x1a4 }, content)
            .Build();
    }

    /// <summary>Reads that fail so many times where the second piece is.</summary>
    private sealed class FailingReads(int times)
    {
        private int _left = times;

        public int Read(SafeFileHandle file, Span<byte> buffer, long at) =>
            at >= BlobPieces.PieceBytes && Interlocked.Decrement(ref _left) >= 0
                ? throw new IOException("Input/output error", Errno.EIO)
                : RandomAccess.Read(file, buffer, at);
    }
}
