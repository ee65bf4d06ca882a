using System.Text;
using System.Text.Json;
using Swarm.Core.Images;
using Swarm.Images.Tar;

namespace Swarm.Images.Tests;

/// <summary>Archives of images for several platforms, and for others than this host's.</summary>
public sealed class PlatformTests : IDisposable
{
    private static readonly byte[] Layer = new TarBuilder().File("same", "for all").Build();

    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("linux/arm64", "linux/arm64")]
    [InlineData("linux/amd64", "linux/amd64")]
    [InlineData(null, "linux/amd64")]
    public async Task Of_an_image_for_several_platforms_what_is_for_the_one_that_is_wanted_is_loaded(
        string? wanted, string platform)
    {
        var loaded = await LoadAsync(Several("amd64", "arm64"), wanted);

        Assert.Equal("box:1", Assert.Single(Assert.Single(loaded).Names).Familiar);
        Assert.Equal(platform, _home.Store.Find("box:1")!.Platform);
        Assert.Single(_home.Store.List());
    }

    [Fact]
    public async Task What_has_nothing_for_the_platform_is_told_and_nothing_of_it_is_kept()
    {
        var before = _home.Contents();

        var several = await Assert.ThrowsAsync<ImageException>(
            () => LoadAsync(Several("amd64", "arm64"), "linux/s390x"));
        var one = await Assert.ThrowsAsync<ImageException>(
            () => LoadAsync(DockerArchives.Make([Layer], "box:1"), "linux/arm64"));

        Assert.Equal((ImageFault.NotFound, ImageFault.NotFound), (several.Fault, one.Fault));
        Assert.Matches(
            "^requested platform \\(linux/s390x\\) not found: .*: has images for linux/amd64, linux/arm64$",
            several.Message);
        Assert.Matches(
            "^requested platform \\(linux/arm64\\) not found: .*: has images for linux/amd64$", one.Message);
        Assert.Empty(_home.Store.List());
        Assert.Equal(before, _home.Contents());
    }

    [Fact]
    public async Task An_archive_of_Dockers_is_loaded_where_it_is_for_the_platform()
    {
        var loaded = await LoadAsync(DockerArchives.Make([Layer], "box:1"), "linux/amd64");

        Assert.Equal("box:1", Assert.Single(Assert.Single(loaded).Names).Familiar);
    }

    [Fact]
    public async Task Only_images_for_the_platform_are_saved_or_none()
    {
        await LoadAsync(DockerArchives.Make([Layer], "box:1"), platform: null);
        using var archive = new MemoryStream();

        var refused = await Assert.ThrowsAsync<ImageException>(
            () => _home.Store.SaveAsync(["box:1"], "linux/arm64", archive, default));
        Assert.Equal(
            "no suitable export target found for platform linux/arm64: image box:1 is for linux/amd64",
            refused.Message);
        Assert.Equal((ImageFault.NotFound, 0L), (refused.Fault, archive.Length));

        Assert.Single(await _home.Store.SaveAsync(["box:1"], "linux/amd64", archive, default));
        Assert.NotEqual(0, archive.Length);
    }

    private Task<System.Collections.Immutable.ImmutableArray<LoadedImage>> LoadAsync(
        byte[] archive, string? platform) =>
        _home.Store.LoadAsync(new MemoryStream(archive), platform, default);

    /// <summary>An OCI layout with one image, as containerd saves one for several platforms.</summary>
    private static byte[] Several(params string[] architectures)
    {
        var tar = new TarBuilder().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        var layer = Add(tar, Layer);
        var manifests = architectures.Select(architecture =>
        {
            var config = Add(tar, JsonSerializer.SerializeToUtf8Bytes(new
            {
                architecture,
                os = "linux",
                rootfs = new { type = "layers", diff_ids = new[] { Digest.Of(Layer).Value } },
            }));
            var manifest = Add(tar, Encoding.UTF8.GetBytes(
                $$"""{"schemaVersion":2,"config":{{{config}}},"layers":[{{{layer}}}]}"""));
            return $$$"""{{{{manifest}}},"platform":{"os":"linux","architecture":"{{{architecture}}}"}}""";
        });
        var index = Add(tar, Encoding.UTF8.GetBytes($$"""{"manifests":[{{string.Join(',', manifests)}}]}"""));
        const string name = "\"annotations\":{\"io.containerd.image.name\":\"docker.io/library/box:1\"}";
        return tar.File("index.json", $$"""{"manifests":[{{{index}},{{name}}}]}""").Build();
    }

    /// <summary>Adds a blob.</summary>
    /// <returns>What is said of it, between braces.</returns>
    private static string Add(TarBuilder tar, byte[] content)
    {
        var digest = Digest.Of(content);
        tar.Entry(
            new TarEntry { Name = TarBuilder.Bytes($"blobs/sha256/{digest.Hex}"), Kind = TarKind.File }, content);
        return $"\"digest\":\"{digest}\",\"size\":{content.Length}";
    }
}
