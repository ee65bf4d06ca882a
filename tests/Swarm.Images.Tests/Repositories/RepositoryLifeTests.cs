using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Images.Tests.Repositories;

/// <summary>What of a push outlives what.</summary>
public sealed class RepositoryLifeTests : IDisposable
{
    private static readonly HashSet<ContainerId> None = [];
    private static readonly ImageReference Web = RepositoryHome.Web;

    private const string ChartType = "application/vnd.oci.image.manifest.v1+json";

    private readonly RepositoryHome _home = new();

    public void Dispose() => _home.Dispose();

    private string[] Blobs => Directory.GetFiles(_home.Home.Root + "/blobs/sha256");

    [Fact]
    public async Task An_upload_goes_on_after_a_crash_where_it_was()
    {
        var content = TarBuilder.Bytes(new string('x', 300_000));
        var upload = _home.Registry.BeginUpload(Web);
        await _home.Registry.ReceiveAsync(Web, upload.Id, null, new MemoryStream(content, 0, 200_000), default);

        _home.DieAndComeBack();

        Assert.Equal(200_000, _home.Registry.FindUpload(Web, upload.Id).Size);
        await _home.Registry.FinishAsync(
            Web, upload.Id, new ChunkRange(200_000, 299_999), new MemoryStream(content, 200_000, 100_000),
            Digest.Of(content), default);
        Assert.Equal(300_000, _home.Registry.FindBlob(Web, Digest.Of(content))!.Size);
        Assert.Empty(Directory.GetDirectories(_home.Home.Root + "/uploads"));
    }

    [Fact]
    public async Task What_of_a_part_came_before_its_connection_was_cut_is_kept()
    {
        var upload = _home.Registry.BeginUpload(Web);

        await Assert.ThrowsAsync<IOException>(() => _home.Registry.ReceiveAsync(
            Web, upload.Id, null, new CutStream(new byte[100_000]), default));

        Assert.Equal(100_000, _home.Registry.FindUpload(Web, upload.Id).Size);
        var whole = new byte[100_001];
        await _home.Registry.FinishAsync(
            Web, upload.Id, null, new MemoryStream([0]), Digest.Of(whole), default);
        Assert.NotNull(_home.Registry.FindBlob(Web, Digest.Of(whole)));
    }

    [Fact]
    public async Task A_blob_that_was_acknowledged_is_held_until_its_manifest_comes()
    {
        var digest = await _home.PushBlobAsync([1, 2, 3]);

        _home.DieAndComeBack();
        _home.Store.HoldBlobs([]).Dispose(); // sweeps

        Assert.NotNull(_home.Registry.FindBlob(Web, digest));
        Assert.Single(Blobs);
    }

    [Fact]
    public async Task What_was_pushed_here_has_a_digest_and_is_of_no_registry_until_it_was_pushed_to_one()
    {
        var pushed = await _home.PushImageAsync("1", "runs");
        var byDigest = Web with { Tag = null, Digest = pushed.Digest };

        _home.DieAndComeBack();

        var image = _home.Store.Find("web:1")!;
        Assert.Equal([byDigest], image.OwnNames.AsEnumerable());
        Assert.False(image.IsFromRegistry(Web));

        _home.Store.NameByDigest(byDigest, image.Id);
        await _home.PushImageAsync("2", "runs");
        _home.DieAndComeBack();

        Assert.True(_home.Store.Find("web:2")!.IsFromRegistry(Web));
    }

    [Fact]
    public async Task A_push_that_was_acknowledged_is_whole_after_a_crash()
    {
        var image = await _home.PushImageAsync("1", "runs");
        var chart = await _home.PushChartAsync("2", "kept");

        _home.DieAndComeBack();
        _home.Store.HoldBlobs([]).Dispose();

        Assert.Equal(["1", "2"], _home.Registry.ListTags(Web)!.Value.AsEnumerable());
        Assert.Equal(image.Digest, _home.Registry.FindManifest(Web, "1")!.Digest);
        Assert.Equal(chart.Digest, _home.Registry.FindManifest(Web, "2")!.Digest);
        Assert.Equal(6, Blobs.Length);
        var root = await _home.Store.MountRootAsync(StoreHome.NewContainer(), image.Image!.Value, default);
        Assert.Equal("runs", await File.ReadAllTextAsync(root + "/word"));
    }

    [Theory]
    [InlineData("repositories/tags")]
    [InlineData("repositories/tags", "repositories/manifests")]
    [InlineData("repositories/tags", "repositories/manifests", "blobs/sha256", "repositories/links")]
    public async Task What_a_process_leaves_that_died_between_two_steps_of_a_push_counts_for_nothing(
        params string[] notYetThere)
    {
        await _home.PushChartAsync("1", "half");
        foreach (var file in notYetThere.SelectMany(folder => Directory.GetFiles($"{_home.Home.Root}/{folder}")))
            File.Delete(file);

        _home.DieAndComeBack();
        _home.Time.Advance(TimeSpan.FromDays(30));
        _home.Registry.Collect();

        Assert.Null(_home.Registry.FindManifest(Web, "1"));
        Assert.Empty(Blobs);
        var again = await _home.PushChartAsync("1", "half");
        Assert.Equal(again.Digest, _home.Registry.FindManifest(Web, "1")!.Digest);
    }

    [Fact]
    public async Task What_is_given_up_goes_in_time_and_not_before()
    {
        var upload = _home.Registry.BeginUpload(Web);
        var blob = await _home.PushBlobAsync([1, 2, 3]);
        _home.Time.Advance(TimeSpan.FromHours(23));
        _home.Registry.Collect();
        Assert.NotNull(_home.Registry.FindUpload(Web, upload.Id));
        Assert.Single(Blobs); // who asked for it would have it wait anew

        _home.Time.Advance(TimeSpan.FromHours(2));
        _home.Registry.Collect();

        Assert.Throws<RepositoryException>(() => _home.Registry.FindUpload(Web, upload.Id));
        Assert.Null(_home.Registry.FindBlob(Web, blob));
        Assert.Empty(Blobs);
    }

    [Fact]
    public async Task A_manifest_whose_tag_went_on_is_kept_for_a_while()
    {
        var old = await _home.PushChartAsync("1", "old");
        _home.Time.Advance(TimeSpan.FromDays(30));
        _home.Registry.Collect();
        var fresh = await _home.PushChartAsync("1", "new");
        _home.Time.Advance(TimeSpan.FromDays(6));
        _home.Registry.Collect();
        Assert.NotNull(_home.Registry.FindManifest(Web, old.Digest.Value));

        _home.Time.Advance(TimeSpan.FromDays(2));
        _home.Registry.Collect();

        Assert.Null(_home.Registry.FindManifest(Web, old.Digest.Value));
        Assert.NotNull(_home.Registry.FindManifest(Web, fresh.Digest.Value));
        Assert.Equal(3, Blobs.Length); // the manifest, {} and its content
    }

    [Fact]
    public async Task An_image_that_is_removed_by_its_name_leaves_nothing_of_its_push()
    {
        await _home.PushImageAsync("1", "gone");

        _home.Store.Remove("web:1", force: false, None);

        Assert.Null(_home.Registry.FindManifest(Web, "1"));
        Assert.Null(_home.Registry.ListTags(Web));
        Assert.Empty(Blobs);
    }

    [Fact]
    public async Task An_image_that_another_repository_has_too_stays_there()
    {
        var other = ImageReference.Parse("other");
        await _home.PushImageAsync("1", "shared");
        var pushed = await _home.PushImageAsync("1", "shared", other);

        _home.Registry.RemoveManifest(Web, pushed.Digest.Value);

        Assert.Null(_home.Registry.FindManifest(Web, pushed.Digest.Value));
        Assert.NotNull(_home.Registry.FindManifest(other, "1"));
        Assert.NotNull(_home.Store.Find("other:1"));
    }

    [Fact]
    public async Task Layers_that_come_along_with_an_image_that_is_here_are_not_believed()
    {
        var trusted = await _home.PushImageAsync("1", "trusted");
        var config = _home.Registry.FindBlob(Web, trusted.Image!.Value)!;
        var before = _home.Store.Find("web:1")!.ManifestDigest;
        var wrong = await _home.PushBlobAsync(TarBuilder.Bytes("no layer"));
        var manifest = TarBuilder.Bytes($$"""
            {"schemaVersion":2,
             "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{config.Digest}}",
                       "size":{{config.Size}}},
             "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{wrong}}","size":8}]}
            """);

        await _home.Registry.PutManifestAsync(
            Web, "2", [], "application/vnd.oci.image.manifest.v1+json", manifest, default);

        Assert.Equal(before, _home.Store.Find("web:1")!.ManifestDigest);
        Assert.Equal(Digest.Of(manifest), _home.Registry.FindManifest(Web, "2")!.Digest);
    }

    [Fact]
    public async Task A_record_that_is_broken_keeps_all_from_being_swept()
    {
        await _home.PushChartAsync("1", "kept");
        File.WriteAllText(Directory.GetFiles(_home.Home.Root + "/repositories/manifests").Single(), "broken");

        _home.DieAndComeBack();

        Assert.Null(_home.Registry.FindManifest(Web, "1"));
        Assert.Equal(3, Blobs.Length);
        Assert.Single(_home.Store.Warnings());
        await _home.PushChartAsync("1", "kept");
        Assert.Empty(_home.Store.Warnings());
    }

    [Fact]
    public async Task What_was_brought_goes_for_room_two_hours_after_somebody_asked_for_it()
    {
        var chart = await _home.PushChartAsync("1", "brought");
        var content = _home.Registry.FindManifest(Web, "1")!.Content;
        var elsewhere = ImageReference.Parse("elsewhere") with { Tag = null, Digest = chart.Digest };
        _home.Store.KeepBrought(elsewhere, PushedDocument.Read(content, ChartType, "a chart"), content);
        _home.Registry.RemoveManifest(Web, chart.Digest.Value);

        _home.Time.Advance(TimeSpan.FromMinutes(90));
        Assert.NotNull(_home.Registry.FindManifest(elsewhere, chart.Digest.Value));
        _home.Time.Advance(TimeSpan.FromMinutes(110));
        await _home.Store.SweepAsync(DateTimeOffset.MaxValue, default);
        Assert.Equal(3, Blobs.Length);
        _home.DieAndComeBack();
        _home.Time.Advance(TimeSpan.FromMinutes(11));
        await _home.Store.SweepAsync(DateTimeOffset.MaxValue, default);

        Assert.Null(_home.Registry.FindManifest(elsewhere, chart.Digest.Value));
        Assert.Empty(Blobs);
    }

    private sealed class CutStream(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            return read > 0 ? read : throw new IOException("the connection was cut");
        }
    }
}
