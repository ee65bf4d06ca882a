using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Layers;
using Swarm.Images.Names;
using Swarm.Images.Peers;
using Swarm.Images.Registry;

namespace Swarm.Images.Tests.Peers;

/// <summary>A blob of a node is broken, or gone, or cannot be noted.</summary>
public sealed class UnsoundBlobTests : IAsyncLifetime
{
    private const int Pieces = 3;

    private static readonly byte[] Layer = LargeLayer();

    private static readonly Digest Blob = Digest.Of(Layer);

    private readonly OtherPeers _peers = new();
    private ServedPeer _one = null!;
    private ServedPeer _two = null!;
    private Digest _image;

    public async Task InitializeAsync()
    {
        _one = await ServedPeer.StartAsync("one", _peers);
        _two = await ServedPeer.StartAsync("two", _peers);
        _image = await _one.LoadAsync(Layer);
    }

    public async Task DisposeAsync()
    {
        foreach (var peer in (ServedPeer[])[_one, _two]) await peer.DisposeAsync();
    }

    [Fact]
    public async Task A_disk_that_takes_no_sums_keeps_no_node_from_giving_a_blob()
    {
        Directory.Delete($"{_one.Home.Root}/sums");

        await _two.FetchAsync(_image);

        Assert.Equal(Layer, await File.ReadAllBytesAsync(PathOf(_two)));
        Assert.NotNull(await _one.Images.Shared.DescribeAsync(Blob, withSums: false, default));
        Assert.Contains(_one.Log.Lines, line => line.Contains("were not kept", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sums_that_were_spoiled_by_a_loss_of_power_are_summed_up_anew()
    {
        await _one.Images.Shared.DescribeAsync(Blob, withSums: true, default);
        var path = $"{_one.Home.Root}/sums/{Blob.Hex}";
        var kept = await File.ReadAllBytesAsync(path);
        var wrong = kept.ToArray();
        wrong[5] ^= 1;
        foreach (var spoiled in (byte[][])[[], new byte[kept.Length], kept[..^1], wrong])
        {
            await File.WriteAllBytesAsync(path, spoiled);

            var offer = await _one.Images.Shared.DescribeAsync(Blob, withSums: true, default);

            Assert.Equal(kept[..^PieceSums.SumBytes], offer!.Sums);
            Assert.Equal(kept, await File.ReadAllBytesAsync(path));
        }
    }

    [Fact]
    public async Task A_broken_blob_is_set_aside_and_its_image_no_copy_until_it_was_loaded_again()
    {
        await RotAsync(_one, piece: 1);

        Assert.Null(await _one.Images.Shared.DescribeAsync(Blob, withSums: true, default));

        Assert.False(File.Exists(PathOf(_one)));
        Assert.Null(_one.Images.Shared.FindImage(_image));
        Assert.Empty(_one.Images.Shared.ListImages());
        var copy = Assert.Single(await _one.Home.Store.ListCopiesAsync(default));
        Assert.False(copy.IsHere);
        Assert.False(copy.Counts);

        await _one.LoadAsync(Layer);

        Assert.True(Assert.Single(await _one.Home.Store.ListCopiesAsync(default)).Counts);
        Assert.NotNull(_one.Images.Shared.FindImage(_image));
        Assert.Equal(Layer, await File.ReadAllBytesAsync(PathOf(_one)));
    }

    [Fact]
    public async Task Of_a_broken_blob_only_the_pieces_that_are_broken_are_fetched_again()
    {
        await _two.LoadAsync(Layer);
        await RotAsync(_two, piece: 1);
        Assert.Null(await _two.Images.Shared.DescribeAsync(Blob, withSums: true, default));

        await _two.FetchAsync(_image);

        Assert.Equal([(Blob.Value, 1)], _one.Sent.Where(sent => sent.Digest == Blob.Value));
        Assert.Equal(Layer, await File.ReadAllBytesAsync(PathOf(_two)));
        Assert.NotNull(_two.Images.Shared.FindImage(_image));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, true)] // the clock was set back since
    public async Task Who_is_told_that_a_piece_was_wrong_looks_at_the_blob_again_unless_he_just_has(
        int hours, bool isLongAgo)
    {
        await _two.LoadAsync(Layer);
        await using var three = await ServedPeer.StartAsync("three", _peers);
        await _two.Images.Shared.DescribeAsync(Blob, withSums: true, default); // from when all was well
        var sums = $"{_two.Home.Root}/sums/{Blob.Hex}";
        if (isLongAgo) File.SetLastWriteTimeUtc(sums, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(hours));
        await RotAsync(_two, piece: 0);
        await RotAsync(_two, piece: 1);
        await RotAsync(_two, piece: 2);

        await three.FetchAsync(_image);

        Assert.Equal(Layer, await File.ReadAllBytesAsync(PathOf(three)));
        Assert.Equal(isLongAgo, !File.Exists(PathOf(_two)));
        Assert.Equal(isLongAgo, _two.Images.Shared.FindImage(_image) is null);
    }

    [Fact]
    public async Task What_no_registry_has_is_not_taken_for_a_registrys_by_who_fetches_it()
    {
        var own = ImageReference.Parse($"team/app@{Digest.Of("pushed"u8)}");
        var pulled = ImageReference.Parse($"web@{Digest.Of("pulled"u8)}");
        var held = (await _two.Images.FindAsync(_image, default))[0] with { Names = [own, pulled], OwnNames = [own] };

        await _two.Images.PullAsync([held], [own, pulled], _ => { }, default);

        var offer = _two.Images.Shared.FindImage(_image)!;
        Assert.Equal([own.ToString()], offer.OwnNames!);
        var next = HeldImage.Read(_two.Peer, offer)!;
        Assert.False(next.IsFromRegistry(ImageReference.Parse("team/app:1")));
        Assert.True(next.IsFromRegistry(ImageReference.Parse("web:1")));

        await _two.Images.PullAsync([held, held with { OwnNames = [] }], [own], _ => { }, default);

        Assert.Null(_two.Images.Shared.FindImage(_image)!.OwnNames);
    }

    [Fact]
    public void What_is_left_of_a_fetch_goes_after_a_day_whether_or_not_there_is_another_one()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var home = new StoreHome();
        using var handler = new SocketsHttpHandler();
        using var registries = new ImageRegistries(
            home.Store, new RegistryOptions(), time, NullLogger<ImageRegistries>.Instance);
        var left = $"{home.Root}/parts/{Blob.Hex}";
        File.WriteAllText(left, "some");
        using var images = new PeerImages(
            home.Store, registries, _peers.Than("three"), handler, new PeerOptions(), time, _one.Log);

        time.Advance(TimeSpan.FromHours(23));
        Assert.True(File.Exists(left));
        time.Advance(TimeSpan.FromHours(2));
        Assert.False(File.Exists(left));
    }

    [Fact]
    public void An_image_is_not_taken_in_whose_blob_went_while_it_was_made()
    {
        var gone = new StagedBlob($"{_one.Home.Root}/gone", Digest.Of("gone"u8), 4);
        var options = new ImageStoreOptions { Root = _one.Home.Root };
        using var layers = new LayerFolder(_one.Home.Store.Folders, options);
        var ready = new ReadyImage(
            new KnownImage(_image, _image, new ImageConfiguration(), [], Bytes.Zero), [], [gone], []);

        var refused = Assert.Throws<ImageException>(
            () => new ImageInstaller(_one.Home.Store.Folders, layers, options).Commit(ready));

        Assert.Contains("is not on this host any more", refused.Message, StringComparison.Ordinal);
    }

    private static string PathOf(ServedPeer peer) => $"{peer.Home.Root}/blobs/sha256/{Blob.Hex}";

    private static async Task RotAsync(ServedPeer peer, int piece)
    {
        File.SetUnixFileMode(PathOf(peer), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var file = new FileStream(PathOf(peer), FileMode.Open, FileAccess.ReadWrite);
        file.Position = BlobPieces.OffsetOf(piece) + 1000;
        var old = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(old ^ 1));
    }

    private static byte[] LargeLayer()
    {
        var content = new byte[(BlobPieces.PieceBytes * (Pieces * 2 - 1) / 2) - 4096];
        new Random(3).NextBytes(content);
        return new TarBuilder()
            .Entry(
                new Tar.TarEntry { Name = TarBuilder.Bytes("large"), Kind = Tar.TarKind.File, Mode = 0x1a4 }, content)
            .Build();
    }
}
