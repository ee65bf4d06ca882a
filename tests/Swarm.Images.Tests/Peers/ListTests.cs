using System.Collections.Immutable;
using System.Text.Json;
using Swarm.Core.Images;
using Swarm.Images.Copies;
using Swarm.Images.Peers;

namespace Swarm.Images.Tests.Peers;

/// <summary>Lists of manifests go with their images from node to node, and what they list when it is asked for.
/// </summary>
public sealed class ListTests : IAsyncLifetime
{
    private readonly OtherPeers _peers = new();
    private ServedPeer _one = null!;
    private ServedPeer _two = null!;
    private ServedPeer _three = null!;
    private PushedLists _pushes = null!;

    public async Task InitializeAsync()
    {
        _one = await ServedPeer.StartAsync("one", _peers);
        _two = await ServedPeer.StartAsync("two", _peers);
        _three = await ServedPeer.StartAsync("three", _peers);
        _pushes = new PushedLists(_one);
    }

    public async Task DisposeAsync()
    {
        foreach (var peer in (ServedPeer[])[_one, _two, _three]) await peer.DisposeAsync();
    }

    [Theory]
    [InlineData(PushedLists.IndexType)]
    [InlineData(PushedLists.ListType)]
    public async Task A_list_comes_with_its_image_and_goes_on_from_there_when_its_first_node_is_lost(string type)
    {
        var pushed = await _pushes.PushAsync("1", "here", "there", type);
        await CopyAsync(_two, pushed);
        _one.GoDown();

        await CopyAsync(_three, pushed);

        var found = _three.Home.Store.FindManifestIn(PushedLists.Web, pushed.Digest.Value)!;
        Assert.Equal(pushed.Content, found.Content);
        Assert.Equal(type, found.MediaType);
        Assert.Equal(pushed.Image, _three.Home.Store.Find(PushedLists.ByDigest(pushed.Digest).ToString())!.Id);
        Assert.Null(_three.Home.Store.FindManifestIn(PushedLists.Web, pushed.Other.Value));
    }

    [Fact]
    public async Task A_list_outlives_the_process_and_what_is_swept_away_as_long_as_its_image_is_known_by_it()
    {
        var pushed = await _pushes.PushAsync("1", "here", "there");
        await CopyAsync(_two, pushed);

        var store = _two.Home.Reopen();
        store.RemoveUnreached(DateTimeOffset.MaxValue, DateTimeOffset.MaxValue);
        await store.SweepAsync(DateTimeOffset.MaxValue, default);

        Assert.Equal(pushed.Content, store.FindManifestIn(PushedLists.Web, pushed.Digest.Value)!.Content);
        Assert.Equal(
            [PushedLists.ByDigest(pushed.Digest).ToString()],
            (await store.ListCopiesAsync(default)).Single().Lists.AsEnumerable());
        store.Remove(pushed.Image.Value, force: true, new HashSet<Core.ContainerId>());
        Assert.Empty(Directory.GetFiles($"{_two.Home.Root}/repositories/manifests"));
        Assert.Empty(Directory.GetFiles($"{_two.Home.Root}/blobs/sha256"));
    }

    [Fact]
    public async Task A_tag_stands_for_the_list_by_which_it_was_given_where_that_came()
    {
        var pushed = await _pushes.PushAsync("1", "here", "there");
        var tag = PushedLists.Web with { Tag = "1" };
        await CopyAsync(_two, pushed, tag);
        var store = _two.Home.Store;

        Assert.Equal(pushed.Manifest, store.FindManifestIn(tag, "1")!.Digest);
        Assert.Null(store.ManifestOf(tag));
        Assert.False(store.FollowTag(tag, pushed.Image, Digest.Of("of nobody"u8)));
        Assert.False(store.FollowTag(tag, Digest.Of("another image"u8), pushed.Digest));
        Assert.True(store.FollowTag(tag, pushed.Image, pushed.Digest));

        Assert.Equal(pushed.Content, store.FindManifestIn(tag, "1")!.Content);
        Assert.Equal((pushed.Digest, pushed.Digest), (store.ManifestOf(tag), _one.Home.Store.ManifestOf(tag)));
    }

    [Fact]
    public async Task A_push_is_to_be_told_until_that_is_marked_also_after_a_restart()
    {
        var pushed = await _pushes.PushAsync("1", "here", "there");
        var tag = PushedLists.Web with { Tag = "1" };

        var store = _one.Home.Reopen();
        Assert.Equal(pushed.Digest, store.UntoldManifestOf(tag, pushed.Image));
        Assert.Null(store.UntoldManifestOf(tag, Digest.Of("another image"u8)));
        store.MarkTold(tag, Digest.Of("list before"u8));
        Assert.NotNull(store.UntoldManifestOf(tag, pushed.Image));
        store.MarkTold(tag, pushed.Digest);

        Assert.Null(_one.Home.Reopen().UntoldManifestOf(tag, pushed.Image));
    }

    [Fact]
    public async Task What_a_list_lists_comes_from_another_node_when_it_is_asked_for_with_all_that_it_is_made_of()
    {
        var pushed = await _pushes.PushAsync("1", "here", "there");
        await CopyAsync(_two, pushed);

        Assert.True(await _two.Images.BringManifestAsync(PushedLists.ByDigest(pushed.Other), default));

        var store = _two.Home.Store;
        Assert.NotNull(store.FindManifestIn(PushedLists.Web, pushed.Other.Value));
        Assert.NotNull(store.FindBlobIn(PushedLists.Web, pushed.OtherLayer));
        Assert.Null(store.FindBlobIn(ImageReference.Parse("elsewhere"), pushed.OtherLayer));
        Assert.False(await _three.Images.BringManifestAsync(
            ImageReference.Parse("elsewhere") with { Tag = null, Digest = pushed.Other }, default));
    }

    [Fact]
    public async Task What_was_brought_goes_again_and_the_list_stays()
    {
        var pushed = await _pushes.PushAsync("1", "here", "there");
        await CopyAsync(_two, pushed, PushedLists.Web with { Tag = "1" });
        await _two.Images.BringManifestAsync(PushedLists.ByDigest(pushed.Other), default);
        var store = _two.Home.Store;

        // It keeps nothing here for its own sake, and what was pushed does.
        Assert.Contains(await store.ListIdleAsync(default), idle => idle.Image == pushed.Image);
        Assert.DoesNotContain(await _one.Home.Store.ListIdleAsync(default), idle => idle.Image == pushed.Image);
        store.RemoveUnreached(DateTimeOffset.MinValue, DateTimeOffset.MinValue);
        Assert.NotNull(store.FindManifestIn(PushedLists.Web, pushed.Other.Value));
        store.RemoveUnreached(DateTimeOffset.MaxValue, DateTimeOffset.MaxValue);

        Assert.Null(store.FindManifestIn(PushedLists.Web, pushed.Other.Value));
        Assert.NotNull(store.FindManifestIn(PushedLists.Web, pushed.Digest.Value));
        Assert.False(File.Exists($"{_two.Home.Root}/blobs/sha256/{pushed.OtherLayer.Hex}"));
    }

    [Fact]
    public async Task What_was_brought_stays_when_a_list_with_it_is_pushed_to_the_same_node()
    {
        var pushed = await _pushes.PushAsync("1", "here", "there");
        await CopyAsync(_two, pushed);
        await _two.Images.BringManifestAsync(PushedLists.ByDigest(pushed.Other), default);
        var store = _two.Home.Store;

        await new PushedLists(_two).Registry.PutManifestAsync(
            PushedLists.Web, "2", [], PushedLists.IndexType, pushed.Content, default);
        store.RemoveUnreached(DateTimeOffset.MaxValue, DateTimeOffset.MaxValue);

        Assert.NotNull(store.FindManifestIn(PushedLists.Web, pushed.Other.Value));
    }

    [Fact]
    public async Task An_image_is_given_by_a_node_that_says_nothing_of_lists()
    {
        var pushed = await _pushes.PushAsync("1", "here", "there");
        _one.Fault = async context =>
        {
            if (context.Request.Path.StartsWithSegments("/peer/manifests"))
            {
                context.Response.StatusCode = 404;
                return true;
            }

            if (!context.Request.Path.StartsWithSegments("/peer/images")) return false;
            var offer = _one.Images.Shared.FindImage(pushed.Image)! with { Lists = null };
            var content = JsonSerializer.SerializeToUtf8Bytes(offer, PeerJson.Default.ImageOffer);
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content);
            return true;
        };

        await CopyAsync(_two, pushed);

        Assert.Equal(pushed.Image, _two.Home.Store.Find(PushedLists.ByDigest(pushed.Digest).ToString())!.Id);
        Assert.Null(_two.Home.Store.FindManifestIn(PushedLists.Web, pushed.Digest.Value));
        Assert.False(await _two.Images.BringManifestAsync(PushedLists.ByDigest(pushed.Digest), default));
    }

    [Fact]
    public async Task A_list_that_is_not_given_is_left_and_the_image_is_there_all_the_same()
    {
        var pushed = await _pushes.PushAsync("1", "here", "there");
        _one.Fault = context =>
        {
            var isList = context.Request.Path.Value!.Contains(pushed.Digest.Hex, StringComparison.Ordinal);
            if (isList) context.Response.StatusCode = 404;
            return Task.FromResult(isList);
        };

        await CopyAsync(_two, pushed);
        var lacking = (await _two.Home.Store.ListCopiesAsync(default)).Single().Lists;
        _one.Fault = _ => Task.FromResult(false);
        await CopyAsync(_two, pushed);

        Assert.Empty(lacking);
        Assert.Single((await _two.Home.Store.ListCopiesAsync(default)).Single().Lists);
        Assert.Contains(_two.Log.Lines, line => line.Contains(pushed.Digest.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_comes_alone_for_an_image_that_is_here_by_another_manifest_and_that_stays_as_it_is()
    {
        var here = await new PushedLists(_two).PushAsync("1", "here", "there", PushedLists.ListType);
        var pushed = await _pushes.PushAsync("1", "here", "there");
        var store = _two.Home.Store;
        var record = $"{_two.Home.Root}/images/{pushed.Image.Hex}.json"; // its time is that of the last use
        var used = File.GetLastWriteTimeUtc(record);

        await BringListAsync(_two, pushed);

        Assert.Equal((pushed.Image, here.Manifest), (here.Image, store.Find(pushed.Image.Value)!.ManifestDigest));
        Assert.Equal(pushed.Content, store.FindManifestIn(PushedLists.Web, pushed.Digest.Value)!.Content);
        Assert.Equal(pushed.Image, store.Find(PushedLists.ByDigest(pushed.Digest).ToString())!.Id);
        Assert.Contains(
            PushedLists.ByDigest(pushed.Digest).ToString(), (await store.ListCopiesAsync(default)).Single().Lists);
        Assert.Contains(PushedLists.ByDigest(pushed.Digest), store.Find(pushed.Image.Value)!.OwnNames);
        Assert.Equal(used, File.GetLastWriteTimeUtc(record));
        Assert.Equal([pushed.Digest.Value], _one.Sent.Select(sent => sent.Digest));
    }

    [Fact]
    public async Task An_image_that_was_removed_is_not_brought_back_with_its_lists()
    {
        var pushed = await _pushes.PushAsync("1", "here", "there");

        await BringListAsync(_two, pushed);

        Assert.Empty(_two.Home.Store.List());
        Assert.Empty(_one.Sent);
    }

    [Fact]
    public async Task A_list_that_has_an_image_here_already_goes_on_meaning_that_one()
    {
        var pushed = await _pushes.PushAsync("1", "here", "there");
        var other = await _two.LoadAsync(new TarBuilder().File("word", "of another platform").Build());
        await new PushedLists(_two).PushAsync("1", "here", "there", PushedLists.ListType);
        _two.Home.Store.KnowBy(PushedLists.ByDigest(pushed.Digest), other, isOwn: true);

        await BringListAsync(_two, pushed);

        Assert.Equal(other, _two.Home.Store.Find(PushedLists.ByDigest(pushed.Digest).ToString())!.Id);
    }

    [Fact]
    public async Task A_list_that_carries_blobs_itself_is_none_that_goes_with_its_image()
    {
        var pushed = await _pushes.PushAsync("1", "here", "there");
        await CopyAsync(_two, pushed);
        var cache = await _pushes.PushAgainAsync("1", pushed, "cache", withBlob: true);

        var lists = (await _one.Home.Store.ListCopiesAsync(default)).Single().Lists;
        var told = (await _two.Images.FindAsync(pushed.Image, default)).Single();
        var held = new HeldList(PushedLists.ByDigest(cache), 100, PushedLists.IndexType);
        var size = _one.Home.Store.FindManifestIn(PushedLists.Web, cache.Value)!.Content.Length;
        await _two.Images.BringListsAsync(
            pushed.Image, [told with { Lists = [held with { Size = size }] }], [held.Name], default);

        Assert.Equal([PushedLists.ByDigest(pushed.Digest).ToString()], lists.AsEnumerable());
        Assert.Equal(PushedLists.ByDigest(pushed.Digest), Assert.Single(told.Lists).Name);
        // A node of an older version tells it all the same.
        Assert.Null(_two.Home.Store.Find(held.Name.ToString()));
        Assert.Contains(_two.Log.Lines, line => line.Contains(cache.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_very_many_lists_those_are_told_that_tags_mean_and_the_newest()
    {
        var first = await _pushes.PushAsync("kept", "here", "there");
        List<Digest> later = [];
        foreach (var number in Enumerable.Range(1, 70))
            later.Add(await _pushes.PushAgainAsync("1", first, $"push {number}"));

        var told = (await _one.Home.Store.ListCopiesAsync(default)).Single().Lists;

        Digest[] wanted = [first.Digest, .. later.TakeLast(63)];
        Assert.Equal(
            wanted.Select(list => PushedLists.ByDigest(list).ToString()).Order(StringComparer.Ordinal), told);
    }

    /// <summary>As a node does that has an image, and lacks a list.</summary>
    private static async Task BringListAsync(ServedPeer to, PushedList pushed) => await to.Images.BringListsAsync(
        pushed.Image,
        [.. (await to.Images.FindAsync(pushed.Image, default)).Where(held => !held.Lists.IsEmpty)],
        [PushedLists.ByDigest(pushed.Digest)], default);

    /// <summary>As a copy for the cluster comes: by all digests by which others know the image.</summary>
    private static async Task CopyAsync(ServedPeer to, PushedList pushed, params ImageReference[] tags)
    {
        var holders = await to.Images.FindAsync(pushed.Image, default);
        ImmutableArray<ImageReference> digests =
            [.. holders.SelectMany(held => held.Names).Where(name => name.Digest is not null).Distinct()];
        if (tags.Length == 0) await to.Home.Store.MarkAsync(pushed.Image, CopyMark.Kept, [], default);
        await to.Images.PullAsync(holders, [.. tags, .. digests], _ => { }, default);
    }
}
