using System.Text;
using Swarm.Core.Images;
using Swarm.Images.Copies;
using Swarm.Images.Repositories;

namespace Swarm.Images.Tests.Repositories;

/// <summary>What becomes of pushes in time, and of what their clients count on.</summary>
public sealed class OldPushesTests : IDisposable
{
    private static readonly ImageReference Web = RepositoryHome.Web;

    private readonly RepositoryHome _home = new();

    public void Dispose() => _home.Dispose();

    private string Blobs => _home.Home.Root + "/blobs/sha256";

    [Fact]
    public async Task An_image_whose_tag_went_on_goes_with_its_push_after_a_while()
    {
        var old = await _home.PushImageAsync("1", "old");
        var fresh = await _home.PushImageAsync("1", "new");
        _home.Time.Advance(TimeSpan.FromDays(6));
        _home.Registry.Collect();
        Assert.Equal(old.Image, _home.Store.Find($"web@{old.Digest}")?.Id);

        _home.Time.Advance(TimeSpan.FromDays(2));
        _home.Registry.Collect();

        Assert.Null(_home.Store.Find(old.Image!.Value.Value));
        Assert.Null(_home.Registry.FindManifest(Web, old.Digest.Value));
        Assert.Equal(fresh.Image, _home.Store.Find($"web@{fresh.Digest}")?.Id);
        Assert.Equal(3, Directory.GetFiles(Blobs).Length); // the manifest, the configuration and the layer
    }

    [Fact]
    public async Task An_older_image_that_a_container_lies_on_is_found_by_its_digest_as_long_as_that_is_there()
    {
        var old = await _home.PushImageAsync("1", "old");
        await _home.PushImageAsync("1", "new");
        await _home.Store.MountRootAsync(StoreHome.NewContainer(), old.Image!.Value, default);

        _home.Time.Advance(TimeSpan.FromDays(60));
        _home.Registry.Collect();

        Assert.Equal(old.Image, _home.Store.Find($"web@{old.Digest}")?.Id);
        Assert.NotNull(_home.Registry.FindManifest(Web, old.Digest.Value));
    }

    [Fact]
    public async Task A_copy_of_a_push_that_is_one_too_many_here_is_the_clusters_to_take_away()
    {
        var old = await _home.PushImageAsync("1", "old");
        await _home.PushImageAsync("1", "new");
        await _home.Store.MarkAsync(old.Image!.Value, CopyMark.Spare, ["web:2"], default);

        _home.Time.Advance(TimeSpan.FromDays(60));
        _home.Registry.Collect();

        Assert.NotNull(_home.Store.Find(old.Image.Value.Value));
    }

    [Fact]
    public void An_upload_that_its_client_has_left_makes_place_for_another_when_there_are_too_many()
    {
        var most = new NodeRegistryOptions().UploadsMax;
        var left = _home.Registry.BeginUpload(Web);
        _home.Time.Advance(TimeSpan.FromMinutes(5));
        foreach (var _ in Enumerable.Range(1, most - 1)) _home.Registry.BeginUpload(Web);
        _home.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(
            RepositoryFault.TooManyRequests,
            Assert.Throws<RepositoryException>(() => _home.Registry.BeginUpload(Web)).Fault);

        _home.Time.Advance(TimeSpan.FromMinutes(2));
        _home.Registry.BeginUpload(Web);

        Assert.Throws<RepositoryException>(() => _home.Registry.FindUpload(Web, left.Id));
        Assert.Equal(most, _home.Registry.MeasureUploads().Count);
        Assert.Throws<RepositoryException>(() => _home.Registry.BeginUpload(Web));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_blob_waits_anew_for_its_manifest_when_a_client_was_told_that_it_is_here(bool isMounted)
    {
        var blob = await _home.PushBlobAsync([1, 2, 3]);
        _home.Time.Advance(TimeSpan.FromHours(23));
        if (isMounted) Assert.True(_home.Registry.Mount(Web, blob, [Web]));
        else Assert.NotNull(_home.Registry.FindBlob(Web, blob));

        _home.Time.Advance(TimeSpan.FromHours(2));
        _home.Registry.Collect();

        Assert.NotNull(_home.Registry.FindBlob(Web, blob));
    }

    [Fact]
    public async Task A_manifest_that_is_broken_is_given_to_nobody()
    {
        var chart = await _home.PushChartAsync("1", "kept");
        var path = $"{Blobs}/{chart.Digest.Hex}";
        var content = await File.ReadAllBytesAsync(path);
        File.Delete(path);
        content[10] ^= 1;
        await File.WriteAllBytesAsync(path, content);

        Assert.Null(_home.Registry.FindManifest(Web, "1"));

        Assert.False(File.Exists(path));
        Assert.NotNull(await _home.PushChartAsync("1", "kept"));
        Assert.Equal(chart.Digest, _home.Registry.FindManifest(Web, "1")!.Digest);
    }

    [Fact]
    public async Task A_manifest_that_is_gone_does_not_keep_the_others_about_the_same_from_being_listed()
    {
        var subject = Digest.Of("subject"u8);
        await _home.PushBlobAsync("{}"u8.ToArray());
        var (gone, here) = (await PushAboutAsync(subject, "gone"), await PushAboutAsync(subject, "here"));
        File.Delete($"{Blobs}/{gone.Hex}");

        var listed = Encoding.UTF8.GetString(_home.Registry.ListReferrers(Web, subject.Value, "", null).Content);

        Assert.Contains(here.Value, listed, StringComparison.Ordinal);
        Assert.DoesNotContain(gone.Value, listed, StringComparison.Ordinal);
    }

    private async Task<Digest> PushAboutAsync(Digest subject, string word)
    {
        const string type = "application/vnd.oci.image.manifest.v1+json";
        var about = Encoding.UTF8.GetBytes(
            $$$"""
            {"schemaVersion":2,"mediaType":"{{{type}}}","artifactType":"application/{{{word}}}",
             "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{{Digest.Of("{}"u8)}}}","size":2},
             "layers":[],"subject":{"mediaType":"{{{type}}}","digest":"{{{subject}}}","size":1}}
            """);
        return (await _home.Registry.PutManifestAsync(
            Web, Digest.Of(about).Value, [], type, about, default)).Digest;
    }
}
