using System.IO.Compression;
using System.Text.Json;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Registry;
using Swarm.Linux.Files;

namespace Swarm.Images.Tests.Peers;

/// <summary>A layer is unpacked behind what has come of its blob, and counts only if the whole is right.</summary>
public sealed class EarlyUnpackTests : IDisposable
{
    private const string OwnText = "own";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    // More than a piece, and all of it but the first entry comes late.
    private static readonly byte[] Layer = WithLarge(new TarBuilder().File("first", OwnText), "large");

    private static readonly string Name = "diff-" + Digest.Of(Layer).Hex;

    private readonly StoreHome _home = new();
    private readonly ComingBlob _coming = new();
    private readonly TaskCompletionSource<StagedBlob> _fetched =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_unpacked_before_the_blob_is_whole_and_no_second_time_then(bool isCompressed)
    {
        var blob = isCompressed ? Gzip(Layer) : Layer;
        var taking = TakeInAsync([blob], [Digest.Of(Layer)]);
        _coming.Give(blob[..^100]);
        var early = await UnpackedAsync();
        Assert.False(taking.IsCompleted);
        Assert.Empty(Directory.GetFileSystemEntries(_home.Root + "/layers"));

        _coming.Give(blob[^100..]);
        _coming.End(isRight: true);
        _fetched.SetResult(Stage(blob));
        await taking;

        Assert.Equal(early, InodeOf($"{_home.Root}/layers/{Name}/tree"));
        Assert.Equal(await ListedAsync(blob), ListingOf(_home));
        Assert.Empty(Directory.GetFileSystemEntries(_home.Root + "/tmp"));
    }

    [Fact]
    public async Task What_was_unpacked_of_wrong_bytes_goes_and_the_layer_is_unpacked_from_the_whole()
    {
        var taking = TakeInAsync([Layer], [Digest.Of(Layer)]);
        _coming.Give(new TarBuilder().File("first", "another's").Build());
        await UnpackedAsync();

        _coming.End(isRight: false);
        _fetched.SetResult(Stage(Layer));
        await taking;

        Assert.Equal(OwnText, await File.ReadAllTextAsync($"{_home.Root}/layers/{Name}/tree/first"));
        Assert.Empty(Directory.GetFileSystemEntries(_home.Root + "/tmp"));
    }

    [Fact]
    public async Task What_does_not_come_on_is_unpacked_when_it_is_whole()
    {
        var taking = TakeInAsync([Layer], [Digest.Of(Layer)]);
        _coming.Give(Layer[..100_000]);
        await UnpackedAsync();

        _coming.Break();
        _fetched.SetResult(Stage(Layer));
        await taking;

        Assert.True(File.Exists($"{_home.Root}/layers/{Name}/tree/large"));
        Assert.Empty(Directory.GetFileSystemEntries(_home.Root + "/tmp"));
    }

    [Fact]
    public async Task A_layer_that_is_not_what_it_has_to_be_is_refused_and_nothing_is_left()
    {
        var before = _home.Contents();
        var blob = Gzip(Layer);
        var taking = TakeInAsync([blob], [Digest.Of("something else"u8)]);
        _coming.Give(blob);
        await UnpackedAsync();

        _coming.End(isRight: true);
        _fetched.SetResult(Stage(blob));

        var refused = await Assert.ThrowsAsync<ImageException>(() => taking);
        Assert.Contains("unpacked it has the digest", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, _home.Contents());
    }

    [Fact]
    public async Task When_the_blob_cannot_be_had_nothing_is_left_and_nobody_goes_on_waiting_for_it()
    {
        var before = _home.Contents();
        var taking = TakeInAsync([Layer], [Digest.Of(Layer)]);
        _coming.Give(Layer[..100_000]);
        await UnpackedAsync();

        _fetched.SetException(new RegistryException(RegistryFault.Unavailable, "it is gone"));

        await Assert.ThrowsAsync<RegistryException>(() => taking.WaitAsync(Limit));
        Assert.Equal(before, _home.Contents());
        Assert.True(_coming.IsLeft);
    }

    [Fact]
    public async Task Two_images_with_the_same_layer_unpack_it_once_and_one_that_leaves_takes_nothing_from_the_other()
    {
        using var stop = new CancellationTokenSource();
        var one = TakeInAsync([Layer], [Digest.Of(Layer)], stop: stop.Token);
        var other = TakeInAsync([Layer], [Digest.Of(Layer)], label: "other");
        _coming.Give(Layer);
        var early = await UnpackedAsync();
        Assert.Equal(1, _coming.Followers);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        _coming.End(isRight: true);
        _fetched.SetResult(Stage(Layer));
        await other;

        Assert.Equal(early, InodeOf($"{_home.Root}/layers/{Name}/tree"));
    }

    [Fact]
    public async Task A_layer_that_speaks_of_those_below_is_unpacked_over_them()
    {
        var below = new TarBuilder().File("gone").Build();
        var above = WithLarge(new TarBuilder().File(".wh.gone", ""), "first");
        var taking = TakeInAsync([below, above], [Digest.Of(below), Digest.Of(above)]);
        _coming.Give(above);
        _coming.End(isRight: true);
        _fetched.SetResult(Stage(above));

        var (id, _) = await taking;

        var root = await _home.Store.MountRootAsync(StoreHome.NewContainer(), id, default);
        Assert.Equal(["first"], Directory.GetFileSystemEntries(root).Select(Path.GetFileName));
        Assert.Empty(Directory.GetFileSystemEntries(_home.Root + "/tmp"));
    }

    // The last layer comes as the test gives it; what else there is is here at once.
    private Task<(Digest Id, bool IsNew)> TakeInAsync(
        byte[][] blobs, Digest[] diffIds, string label = "", CancellationToken stop = default)
    {
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "amd64",
            os = "linux",
            config = new { Cmd = new[] { label } },
            rootfs = new { type = "layers", diff_ids = diffIds.Select(id => id.Value) },
        });
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            config = Describe("application/vnd.oci.image.config.v1+json", config),
            layers = blobs.Select(blob => Describe("application/vnd.oci.image.layer.v1.tar", blob)),
        });
        var arrival = new ImageArrival(_home.Store, "an image", _ => { })
        {
            Coming = (_, _) => Task.FromResult<IComingBlob>(_coming),
        };
        byte[][] here = [config, .. blobs[..^1]];
        return arrival.TakeInAsync(
            manifest, Digest.Of(manifest), [],
            (wanted, _, token) => here.FirstOrDefault(blob => Digest.Of(blob) == wanted.Digest) is { } blob
                ? Task.FromResult(Stage(blob))
                : _fetched.Task.WaitAsync(token),
            stop);
    }

    private StagedBlob Stage(byte[] blob)
    {
        var path = $"{_home.Root}/blobs/sha256/{Digest.Of(blob).Hex}";
        return File.Exists(path) ? new StagedBlob(path, Digest.Of(blob), blob.Length) : StagedBlob.Write(path, blob);
    }

    /// <summary>Waits until the first entry was unpacked.</summary>
    /// <returns>Its inode.</returns>
    private async Task<ulong> UnpackedAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var tree = Directory.EnumerateDirectories(_home.Root + "/tmp", "tree", SearchOption.AllDirectories)
                .FirstOrDefault(tree => File.Exists(tree + "/first"));
            if (tree is not null) return InodeOf(tree);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
        }
    }

    private static ulong InodeOf(string tree)
    {
        using var folder = Folder.Open(tree);
        return folder.Status("first"u8)!.Value.Inode;
    }

    /// <summary>The same layer as it is unpacked by who loads it whole.</summary>
    private static async Task<string[]> ListedAsync(byte[] blob)
    {
        using var other = new StoreHome();
        var archive = DockerArchives.Make([Layer], name: null, stored: [blob]);
        await other.Store.LoadAsync(new MemoryStream(archive), default);
        return ListingOf(other);
    }

    // But for the root, of which the layer says nothing.
    private static string[] ListingOf(StoreHome home) =>
        [.. TreeListing.Of($"{home.Root}/layers/{Name}/tree").Where(line => line[0] != '.')];

    private static object Describe(string type, byte[] blob) =>
        new { mediaType = type, digest = Digest.Of(blob).Value, size = blob.Length };

    private static byte[] WithLarge(TarBuilder tar, string name)
    {
        var content = new byte[BlobPieces.PieceBytes + 1_000_000];
        new Random(11).NextBytes(content);
        return tar
            .Entry(new Tar.TarEntry { Name = TarBuilder.Bytes(name), Kind = Tar.TarKind.File, Mode = 0x1a4 }, content)
            .Build();
    }

    private static byte[] Gzip(byte[] plain)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(plain);
        return compressed.ToArray();
    }
}
