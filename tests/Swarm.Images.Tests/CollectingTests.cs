using Microsoft.Extensions.Time.Testing;
using Swarm.Core.Images;
using Swarm.Images.Collecting;
using Swarm.Images.Copies;
using Swarm.Images.Tests.Repositories;

namespace Swarm.Images.Tests;

/// <summary>What of a store may go when the disk fills up.</summary>
public sealed class CollectingTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly StoreHome _home;

    public CollectingTests() => _home = new StoreHome(_time);

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Idle_images_are_listed_from_the_one_that_was_used_longest_ago()
    {
        var one = await LoadAsync("one:1");
        var two = await LoadAsync("two:1");
        var three = await LoadAsync("three:1");
        var container = StoreHome.NewContainer();
        await _home.Store.MountRootAsync(container, one, default);
        Assert.Equal([two, three], await IdleAsync());

        _time.Advance(Hour);
        _home.Store.UnmountRoot(container, discard: true);
        Assert.Equal([two, three, one], await IdleAsync());

        _home.Store.HoldImage("two:1")!.Dispose();
        Assert.Equal([three, one, two], await IdleAsync());
        _home.Reopen();
        Assert.Equal([three, one, two], await IdleAsync());

        _home.Store.Tag("three:1", ImageReference.Parse("four:1"));
        Assert.Equal([one, two, three], await IdleAsync());
    }

    [Fact]
    public async Task Only_what_has_no_name_and_is_no_copy_is_free()
    {
        var named = await LoadAsync("one:1");
        var free = await LoadAsync(null);
        var spare = await LoadAsync(null);
        var kept = await LoadAsync(null);
        await _home.Store.MarkAsync(spare, CopyMark.Spare, ["two:1"], default);
        await _home.Store.MarkAsync(kept, CopyMark.Kept, ["two:1"], default);

        var idle = await _home.Store.ListIdleAsync(default);

        Assert.Equal([(named, false), (free, true), (spare, false)], idle.Select(image => (image.Image, image.IsFree)));
    }

    [Fact]
    public async Task What_a_tag_meant_before_is_free_where_its_registry_has_it_and_not_where_it_was_pushed_here()
    {
        var pulled = await LoadAsync(null);
        _home.Store.NameByDigest(ImageReference.Parse($"one@{Digest.Of("listed"u8)}"), pulled);

        Assert.True(Assert.Single(await _home.Store.ListIdleAsync(default)).IsFree);
        Assert.True(Assert.Single(_home.Store.List()).IsDangling);
        _home.Store.Tag(pulled.Value, ImageReference.Parse("one:1"));
        Assert.False(Assert.Single(await _home.Store.ListIdleAsync(default)).IsFree);
        Assert.False(Assert.Single(_home.Store.List()).IsDangling);

        using var home = new RepositoryHome();
        await home.PushImageAsync("1", "old");
        await home.PushImageAsync("1", "new");
        Assert.All(await home.Store.ListIdleAsync(default), image => Assert.False(image.IsFree));
        Assert.All(home.Store.List(), image => Assert.False(image.IsDangling));
    }

    [Fact]
    public async Task What_goes_for_room_goes_with_its_names_and_its_layers_and_was_not_removed_on_purpose()
    {
        var before = _home.Contents();
        var image = await LoadAsync("one:1");
        _home.Store.Tag("one:1", ImageReference.Parse("two:1"));

        var removal = _home.Store.RemoveIdle(await OneAsync(image));

        Assert.Equal(["one:1", "two:1"], removal!.Untagged.Select(name => name.Familiar));
        Assert.Equal(before, _home.Contents());
        var copy = Assert.Single(await _home.Store.ListCopiesAsync(default));
        Assert.Equal((CopyMark.Spare, false), (copy.Mark, copy.IsHere));
        Assert.Empty(await _home.Reopen().ListCopiesAsync(default));
    }

    [Fact]
    public async Task What_is_used_was_used_since_or_got_a_name_since_it_was_listed_stays()
    {
        var image = await LoadAsync(null);
        var listed = await OneAsync(image);

        using (_home.Store.HoldImage(image.Value)) Assert.Null(_home.Store.RemoveIdle(listed));
        Assert.Null(_home.Store.RemoveIdle(listed));
        listed = await OneAsync(image);
        var container = StoreHome.NewContainer();
        await _home.Store.MountRootAsync(container, image, default);
        Assert.Null(_home.Store.RemoveIdle(listed));
        _home.Store.UnmountRoot(container, discard: true);
        Assert.Null(_home.Store.RemoveIdle(listed));
        listed = await OneAsync(image);
        _home.Store.Tag(image.Value, ImageReference.Parse("one:1"));
        Assert.Null(_home.Store.RemoveIdle(listed));
        listed = await OneAsync(image);
        await _home.Store.MarkAsync(image, CopyMark.Kept, [], default);
        Assert.Null(_home.Store.RemoveIdle(listed));
        await _home.Store.MarkAsync(image, CopyMark.None, [], default);

        Assert.NotNull(_home.Store.RemoveIdle(listed));
        Assert.Null(_home.Store.RemoveIdle(listed));
    }

    [Fact]
    public async Task An_image_from_whose_name_other_manifests_are_reached_stays_for_nobody_keeps_copies_of_those()
    {
        using var home = new RepositoryHome();
        await home.PushImageAsync("1", "plain");
        var image = Assert.Single(await home.Store.ListIdleAsync(default));
        var about = System.Text.Encoding.UTF8.GetBytes(
            $$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
             "artifactType":"application/attestation",
             "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{{Digest.Of("{}"u8)}}}","size":2},
             "layers":[],"subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json",
             "digest":"{{{home.Store.Find(image.Image.Value)!.ManifestDigest}}}","size":1}}
            """);
        await home.PushBlobAsync("{}"u8.ToArray());
        await home.Registry.PutManifestAsync(
            RepositoryHome.Web, Digest.Of(about).Value, [], "application/vnd.oci.image.manifest.v1+json", about,
            default);

        Assert.Empty(await home.Store.ListIdleAsync(default));
        Assert.Null(home.Store.RemoveIdle(image));
    }

    [Fact]
    public async Task A_pushed_blob_that_waits_for_its_manifest_and_an_upload_outlive_every_sweep()
    {
        using var home = new RepositoryHome();
        var digest = await home.PushBlobAsync([1, 2, 3]);
        var upload = home.Registry.BeginUpload(RepositoryHome.Web);
        await home.Registry.ReceiveAsync(
            RepositoryHome.Web, upload.Id, null, new MemoryStream(new byte[1000]), default);

        await home.Store.SweepAsync(home.Time.GetUtcNow(), default);

        Assert.NotNull(home.Registry.FindBlob(RepositoryHome.Web, digest));
        Assert.Equal(1000, home.Registry.FindUpload(RepositoryHome.Web, upload.Id).Size);
    }

    [Fact]
    public async Task A_sweep_takes_parts_of_blobs_that_nobody_fetches_and_has_written_to_for_long_enough()
    {
        var (old, held, young) = (Digest.Of("a"u8), Digest.Of("b"u8), Digest.Of("c"u8));
        foreach (var digest in (Digest[])[old, held, young])
        {
            var path = $"{_home.Root}/parts/{digest.Hex}";
            await File.WriteAllTextAsync(path, "part");
            File.SetLastWriteTimeUtc(path, (_time.GetUtcNow() - (digest == young ? TimeSpan.Zero : Hour)).UtcDateTime);
        }

        using var hold = _home.Store.HoldBlobs([held]);
        await _home.Store.SweepAsync(_time.GetUtcNow() - TimeSpan.FromMinutes(1), default);

        Assert.Equal(
            new[] { held.Hex, young.Hex }.Order(),
            Directory.GetFiles(_home.Root + "/parts").Select(Path.GetFileName).Order());
    }

    [Fact]
    public void The_disk_is_measured_as_df_does()
    {
        var use = _home.Store.MeasureDisk();

        var df = Tool.Run("df", "--output=size,avail", "-B1", _home.Root).Split('\n')[1]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse).ToArray();
        Assert.InRange(use.Size.Value, 1, df[0]);
        Assert.InRange(use.Free.Value, df[1] / 10 * 9, df[1] / 10 * 11);
    }

    private async Task<Digest> LoadAsync(string? name)
    {
        _time.Advance(Hour);
        var layer = new TarBuilder().File("own", Guid.NewGuid().ToString()).Build();
        return (await _home.Store.LoadAsync(new MemoryStream(DockerArchives.Make([layer], name)), default))[0].Id;
    }

    private async Task<IEnumerable<Digest>> IdleAsync()
    {
        _time.Advance(Hour);
        return (await _home.Store.ListIdleAsync(default)).Select(image => image.Image);
    }

    private async Task<IdleImage> OneAsync(Digest image)
    {
        _time.Advance(Hour);
        return (await _home.Store.ListIdleAsync(default)).Single(idle => idle.Image == image);
    }
}
