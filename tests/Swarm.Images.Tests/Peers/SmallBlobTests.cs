using Swarm.Core.Images;
using Swarm.Images.Peers;

namespace Swarm.Images.Tests.Peers;

/// <summary>Blobs of one piece: configurations, manifests and small layers.</summary>
public sealed class SmallBlobTests : IAsyncLifetime
{
    private static readonly byte[] Layer = new TarBuilder().File("word", "small").Build();

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

    [Theory]
    [InlineData("layer")]
    [InlineData("configuration")]
    [InlineData("manifest")]
    public async Task A_small_blob_that_is_broken_is_set_aside_when_it_is_asked_for_and_fetched_again(string which)
    {
        await _two.LoadAsync(Layer);
        var blob = which switch
        {
            "layer" => Digest.Of(Layer),
            "configuration" => _image,
            _ => _one.Home.Store.Find(_image.Value)!.ManifestDigest,
        };
        var path = $"{_one.Home.Root}/blobs/sha256/{blob.Hex}";
        var right = await File.ReadAllBytesAsync(path);
        Rot(path);

        Assert.Null(await _one.Images.Shared.DescribeAsync(blob, withSums: false, default));

        Assert.False(File.Exists(path));
        Assert.Contains(_one.Log.Lines, line => line.Contains("is broken", StringComparison.Ordinal));
        Assert.Null(_one.Images.Shared.FindImage(_image));
        var copy = Assert.Single(await _one.Home.Store.ListCopiesAsync(default));
        Assert.Equal((false, true), (copy.IsHere, copy.IsBroken));

        await _one.FetchAsync(_image);

        Assert.Equal(right, await File.ReadAllBytesAsync(path));
        Assert.NotNull(_one.Images.Shared.FindImage(_image));
        copy = Assert.Single(await _one.Home.Store.ListCopiesAsync(default));
        Assert.Equal((true, false), (copy.IsHere, copy.IsBroken));
    }

    [Fact]
    public async Task A_small_blob_that_goes_while_it_is_asked_for_is_as_one_that_is_not_here()
    {
        var blob = Digest.Of(Layer);
        var sums = new KnownSums(_one.Home.Store, TimeProvider.System, _one.Log);
        var gone = _one.Home.Store.FindBlob(blob)!;
        File.Delete(gone.Path);

        Assert.Null(await sums.FindAsync(gone, default));
    }

    [Fact]
    public async Task A_node_whose_manifest_is_none_does_not_keep_an_image_from_coming_from_another()
    {
        var right = (await _two.Images.FindAsync(_image, default))[0];
        var wrong = Enumerable.Range(0, 1000).Select(number => TarBuilder.Bytes($"no manifest {number}"))
            .First(one => string.CompareOrdinal(Digest.Of(one).Value, right.Manifest.Value) < 0);
        await File.WriteAllBytesAsync($"{_one.Home.Root}/blobs/sha256/{Digest.Of(wrong).Hex}", wrong);

        await _two.Images.PullAsync(
            [right, right with { Manifest = Digest.Of(wrong), ManifestSize = wrong.Length }], [], _ => { }, default);

        Assert.NotNull(_two.Home.Store.Find(_image.Value));
    }

    [Fact]
    public async Task A_digest_by_which_nobody_knows_an_image_is_of_no_registry_unless_another_one_is()
    {
        var asked = ImageReference.Parse($"team/app@{Digest.Of("manifest"u8)}");
        var listed = ImageReference.Parse($"team/app@{Digest.Of("list"u8)}");
        var held = (await _two.Images.FindAsync(_image, default))[0] with
        {
            Names = [ImageReference.Parse("team/app:1")],
        };

        await _two.Images.PullAsync([held], [asked], _ => { }, default);
        Assert.Equal([asked.ToString()], _two.Images.Shared.FindImage(_image)!.OwnNames!);

        await _two.Images.PullAsync([held with { Names = [listed] }], [asked], _ => { }, default);
        Assert.Null(_two.Images.Shared.FindImage(_image)!.OwnNames);
    }

    private static void Rot(string path)
    {
        var content = File.ReadAllBytes(path);
        File.Delete(path);
        content[10] ^= 1;
        File.WriteAllBytes(path, content);
    }
}
