using System.Text.Json.Nodes;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Builds;
using Swarm.Images.Trees;

namespace Swarm.Images.Tests.Builds;

public sealed class BuildStepTests : IDisposable
{
    private static readonly HashSet<ContainerId> None = [];

    private static readonly HashSet<Digest> Unused = [];

    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_step_is_found_by_what_it_depends_on_and_lasts_when_it_is_kept()
    {
        var parent = await BeginAsync();
        var step = await AddAsync(parent, "ENV A=1");
        var changed = await ChangeAsync(step.Id, "COPY x", "/x");

        Assert.Equal(step.Id, _home.Store.FindStep(new BuildStep(parent, "ENV A=1"))!.Id);
        Assert.Null(_home.Store.FindStep(new BuildStep(parent, "ENV A=2")));
        Assert.Null(_home.Store.FindStep(new BuildStep(step.Id, "ENV A=1")));
        await _home.Store.KeepStepsAsync(default);
        var reopened = _home.Reopen();
        Assert.Equal(changed.Id, reopened.FindStep(new BuildStep(step.Id, "COPY x"))!.Id);
        Assert.Equal(1, reopened.Find(changed.Id.Value)!.Size.Value);
        Assert.Equal([null, true, null], History(changed.Id).Select(entry => entry!["empty_layer"]?.GetValue<bool>()));
    }

    [Fact]
    public async Task Steps_that_were_not_kept_are_gone_with_the_process_and_so_is_all_of_them()
    {
        var parent = await BeginAsync();
        var before = _home.Contents();
        await ChangeAsync(parent, "COPY x", "/x");

        Assert.Single(_home.Reopen().List());

        Assert.Equal(before, _home.Contents());
    }

    [Fact]
    public async Task A_step_that_gets_a_name_before_its_build_has_ended_lasts()
    {
        var parent = await BeginAsync();
        var step = await ChangeAsync(parent, "COPY x", "/x");
        var other = await ChangeAsync(parent, "COPY y", "/y");
        _home.Store.Tag(step.Id.Value, ImageReference.Parse("early"));

        var reopened = _home.Reopen();

        Assert.Equal(step.Id, reopened.Find("early")!.Id);
        Assert.Null(reopened.Find(other.Id.Value));
    }

    [Fact]
    public async Task A_step_that_changes_no_file_has_no_layer_of_its_own()
    {
        var parent = await BeginAsync();

        var step = await ChangeAsync(parent, "RUN true", file: null);

        Assert.Equal(_home.Store.Find(parent.Value)!.Size, step.Size);
        Assert.True(History(step.Id)[^1]!["empty_layer"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Former_steps_are_removed_but_what_is_named_used_built_upon_or_a_result()
    {
        var parent = await BeginAsync();
        var left = await ChangeAsync(parent, "COPY left", "/left");
        var named = await AddAsync(parent, "ENV A=named");
        _home.Store.Tag(named.Id.Value, ImageReference.Parse("named"));
        var below = await AddAsync(parent, "ENV A=below");
        var result = await AddAsync(below.Id, "ENV A=result");
        _home.Store.MarkResult(result.Id);
        var used = await AddAsync(parent, "ENV A=used");
        await _home.Store.KeepStepsAsync(default);

        var early = _home.Store.RemoveSteps(all: true, DateTimeOffset.UnixEpoch, kept: default, Unused);
        var some = _home.Store.RemoveSteps(
            all: false, before: null, kept: default, new HashSet<Digest> { used.Id });
        var all = _home.Store.RemoveSteps(all: true, before: null, kept: default, Unused);

        Assert.Empty(early.Deleted);
        Assert.Equal([left.Id], some.Deleted.AsEnumerable());
        Assert.True(some.Freed.Value > 0);
        Assert.Equal(new[] { below.Id, used.Id }.ToHashSet(), all.Deleted.ToHashSet());
        Assert.Equal(
            new[] { parent, named.Id, result.Id }.ToHashSet(),
            _home.Reopen().List().Select(image => image.Id).ToHashSet());
    }

    [Fact]
    public async Task Of_former_steps_the_newest_and_the_beginnings_of_chains_may_stay_up_to_a_size()
    {
        var parent = await BeginAsync();
        var first = await ChangeAsync(parent, "COPY first", "/first");
        var second = await ChangeAsync(first.Id, "COPY second", "/second");
        var newest = await ChangeAsync(parent, "COPY newest", "/newest");
        var result = await ChangeAsync(parent, "COPY result", "/result");
        _home.Store.MarkResult(result.Id);
        await _home.Store.KeepStepsAsync(default);

        // A file of each is one byte; what the result has does not count.
        var none = _home.Store.RemoveSteps(all: true, before: null, kept: new Bytes(3), Unused);
        var one = _home.Store.RemoveSteps(all: true, before: null, kept: new Bytes(2), Unused);
        var another = _home.Store.RemoveSteps(all: false, before: null, kept: new Bytes(1), Unused);

        Assert.Empty(none.Deleted);
        Assert.Equal([second.Id], one.Deleted.AsEnumerable());
        Assert.Equal([first.Id], another.Deleted.AsEnumerable());
        Assert.NotNull(_home.Store.Find(newest.Id.Value));
    }

    [Fact]
    public async Task The_last_name_takes_the_steps_along_and_leaves_those_that_others_need()
    {
        var parent = await BeginAsync();
        var shared = await AddAsync(parent, "ENV A=shared");
        var one = await AddAsync(shared.Id, "ENV A=one");
        var two = await AddAsync(shared.Id, "ENV A=two");
        _home.Store.Tag(one.Id.Value, ImageReference.Parse("one"));
        _home.Store.Tag(two.Id.Value, ImageReference.Parse("two"));
        await _home.Store.KeepStepsAsync(default);

        Assert.True(_home.Store.List().Single(image => image.Id == shared.Id).IsIntermediate);
        Assert.Equal([one.Id], _home.Store.Remove("one", force: false, None).Deleted.AsEnumerable());
        Assert.Equal([two.Id, shared.Id], _home.Store.Remove("two", force: false, None).Deleted.AsEnumerable());
        Assert.Equal(parent, Assert.Single(_home.Reopen().List()).Id);
    }

    [Fact]
    public async Task An_image_that_was_built_upon_loses_its_name_only()
    {
        var parent = await BeginAsync();
        var child = await AddAsync(parent, "ENV A=1");
        await _home.Store.KeepStepsAsync(default);

        Assert.Empty(_home.Store.Remove("begin:1", force: false, None).Deleted);
        var refused = Assert.Throws<ImageException>(() => _home.Store.Remove(parent.Value, force: true, None));

        Assert.Contains("image has dependent child images", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(_home.Store.Find(child.Id.Value));
    }

    [Fact]
    public async Task What_begins_from_nothing_is_the_same_every_time_and_is_not_shown()
    {
        var first = await _home.Store.BeginEmptyAsync(default);
        var again = await _home.Store.BeginEmptyAsync(default);
        var layer = await ChangeAsync(first.Id, "COPY x", "/x");

        Assert.Equal(first.Id, again.Id);
        Assert.True(_home.Store.List().Single(image => image.Id == first.Id).IsIntermediate);
        Assert.Single(History(layer.Id));
    }

    [Fact]
    public async Task What_is_built_on_an_imported_image_is_read_by_tools_that_take_times_as_they_stand()
    {
        var step = await ChangeAsync(await BeginAsync(), "COPY x", "/x");
        var built = await ChangeAsync((await AddAsync(step.Id, "LABEL a=<+é>")).Id, "COPY y", "/y");
        _home.Store.Tag(built.Id.Value, ImageReference.Parse("example.test/built:1"));
        var archive = _home.PathOf("saved.tar");
        await using (var file = File.Create(archive))
            await _home.Store.SaveAsync(["example.test/built:1"], file, default);

        foreach (var source in (string[])[$"docker-archive:{archive}", $"oci-archive:{archive}"])
            Assert.Contains("LABEL a=", Tool.Run("skopeo", "inspect", "--config", source), StringComparison.Ordinal);
        Assert.All(History(built.Id), one => Assert.EndsWith("Z", (string?)one!["created"], StringComparison.Ordinal));
    }

    private async Task<Digest> BeginAsync()
    {
        var tar = new TarBuilder().Folder("a").Build();
        return (await _home.Store.ImportAsync(
            new MemoryStream(tar), ImageReference.Parse("begin:1"), new ImageConfiguration(), default)).Id;
    }

    private Task<StoredImage> AddAsync(Digest parent, string key) =>
        _home.Store.AddStepAsync(CommitOf(parent, key), default);

    private async Task<StoredImage> ChangeAsync(Digest parent, string key, string? file)
    {
        var container = StoreHome.NewContainer();
        var root = await _home.Store.MountRootAsync(container, parent, default);
        if (file is not null) await File.WriteAllTextAsync(root + file, "1");
        var made = await _home.Store.CommitAsync(container, CommitOf(parent, key), default);
        _home.Store.UnmountRoot(container, discard: true);
        return _home.Store.Find(made.Id.Value)!;
    }

    private static ImageCommit CommitOf(Digest parent, string key) =>
        new(new ImageConfiguration()) { Step = new BuildStep(parent, key), CreatedBy = key };

    private JsonArray History(Digest image) =>
        JsonNode.Parse(File.ReadAllText($"{_home.Root}/blobs/sha256/{image.Hex}"))!["history"]!.AsArray();
}
