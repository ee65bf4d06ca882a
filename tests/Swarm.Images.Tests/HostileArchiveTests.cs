namespace Swarm.Images.Tests;

public sealed class HostileArchiveTests : IDisposable
{
    private const string Digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    public static TheoryData<string, string, string> Refused => new()
    {
        { "readme", "hello", "neither manifest.json nor index.json" },
        { "repositories", "{}", "before 1.10" },
        { "manifest.json", "[]", "names no image" },
        { "manifest.json", "{", "manifest.json" },
        { "manifest.json", "{}", "is no list" },
        { "manifest.json", "[{}]", "has no Config" },
        { "manifest.json", """[{"Config":7}]""", "is no text" },
        { "manifest.json", """[{"Config":"../../etc/passwd"}]""", "'../../etc/passwd' is not in the archive" },
        { "manifest.json", """[{"Config":"manifest.json","RepoTags":["UPPER"],"Layers":[]}]""", "RepoTags" },
        { "index.json", """{"manifests":[]}""", "names no image" },
        { "index.json", """{"manifests":[{}]}""", "has no size" },
        { "index.json", """{"manifests":[{"size":-1}]}""", "negative size" },
        { "index.json", """{"manifests":[{"size":1,"digest":"md5:1"}]}""", "no sha256 digest" },
        { "index.json", $$"""{"manifests":[{"size":1,"digest":"{{Digest}}"}]}""", $"blob {Digest} is not in it" },
        {
            "index.json",
            """{"manifests":[{"size":1,"platform":{"os":"plan9","architecture":"mips"},"digest":"""
                + $"\"{Digest}\"}}]}}",
            "only for plan9/mips"
        },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task An_archive_whose_contents_are_wrong_is_refused_with_what_and_where(
        string file, string content, string message)
    {
        var before = _home.Contents();

        await AssertRefused(new TarBuilder().File(file, content).Build(), message);

        Assert.Equal(before, _home.Contents());
    }

    [Fact]
    public Task Json_that_is_nested_too_deep_is_refused() =>
        AssertRefused(new TarBuilder().File("manifest.json", new string('[', 100_000)).Build(), "manifest.json");

    [Fact]
    public Task Json_that_is_too_long_is_refused() =>
        AssertRefused(new TarBuilder().File("manifest.json", new string(' ', 9 << 20)).Build(), "bytes, more than");

    [Fact]
    public async Task A_layer_that_is_not_what_the_configuration_promises_is_named_and_nothing_is_kept()
    {
        var before = _home.Contents();
        var promised = new TarBuilder().File("good").Build();
        var given = new TarBuilder().File("evil").Build();

        await AssertRefused(
            DockerArchives.Make([promised], "evil:1", stored: [given]), Core.Images.Digest.Of(promised).Value);

        Assert.Empty(_home.Store.List());
        Assert.Equal(before, _home.Contents());
    }

    [Fact]
    public async Task A_broken_blob_of_a_layout_is_named_by_its_digest()
    {
        var blobs = Directory.CreateDirectory(_home.PathOf("layout/blobs/sha256")).FullName;
        File.WriteAllText(Path.Combine(blobs, Digest["sha256:".Length..]), "not that");
        File.WriteAllText(
            _home.PathOf("layout/index.json"), $$"""{"manifests":[{"size":8,"digest":"{{Digest}}"}]}""");

        var refused = await Assert.ThrowsAsync<ImageException>(
            () => _home.Store.LoadLayoutAsync(_home.PathOf("layout"), default));

        Assert.Contains($"blob {Digest} has the digest sha256:", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public async Task A_compressed_archive_that_was_cut_or_damaged_is_refused(string program)
    {
        var plain = _home.PathOf("archive");
        File.WriteAllBytes(plain, DockerArchives.Make(new TarBuilder().File("a", new string('x', 100_000)).Build()));
        Tool.Run("sh", "-c", $"{program} -c {plain} > {plain}.packed");
        var packed = File.ReadAllBytes(plain + ".packed");

        await AssertRefused(packed[..(packed.Length / 2)], "archive: ");
        await AssertRefused([.. packed.Take(40), .. new byte[100], .. packed.Skip(140)], "archive: ");
    }

    private async Task AssertRefused(byte[] archive, string message)
    {
        var refused = await Assert.ThrowsAsync<ImageException>(
            () => _home.Store.LoadAsync(new MemoryStream(archive), default));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }
}
