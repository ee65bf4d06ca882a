using Microsoft.Extensions.Time.Testing;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Builds;
using Swarm.Images.Copies;
using Swarm.Images.Tests.Repositories;
using Swarm.Images.Trees;

namespace Swarm.Images.Tests.Collecting;

/// <summary>What another one does in the middle of something: what the simulation found, each by itself.</summary>
[Collection(CollectingSimulationTests.Alone)]
public sealed class InterruptedTests : IDisposable
{
    private static readonly HashSet<Digest> Unused = [];

    private readonly StoreHome _home = new();

    public void Dispose()
    {
        StoreSteps.Watch = null;
        _home.Dispose();
    }

    [Fact]
    public async Task What_got_a_name_since_it_was_listed_is_not_pruned_as_one_without()
    {
        var image = await LoadAsync(null);
        var seen = Assert.Single(_home.Store.List());
        _home.Store.Tag(image.Value, ImageReference.Parse("red:1"));

        Assert.Null(_home.Store.RemoveUnused(seen));

        Assert.Equal(image, _home.Store.Find("red:1")!.Id);
        Assert.NotNull(_home.Store.RemoveUnused(Assert.Single(_home.Store.List())));
    }

    [Fact]
    public async Task What_the_cluster_keeps_since_it_was_listed_is_not_pruned()
    {
        var image = await LoadAsync(null);
        var seen = Assert.Single(_home.Store.List());
        await _home.Store.MarkAsync(image, CopyMark.Kept, [], default);

        Assert.Null(_home.Store.RemoveUnused(seen));
    }

    [Fact]
    public async Task An_image_that_gets_a_name_while_its_manifest_is_deleted_stays()
    {
        using var home = new RepositoryHome();
        var pushed = await home.PushImageAsync("1", "runs");
        StoreSteps.Watch = new Interruption(
            "RemoveUnused", () => home.Store.Tag(pushed.Image!.Value.Value, ImageReference.Parse("red:1")));

        home.Registry.RemoveManifest(RepositoryHome.Web, pushed.Digest.Value);

        Assert.Equal(pushed.Image, home.Store.Find("red:1")!.Id);
    }

    [Fact]
    public async Task A_step_of_which_a_container_is_about_to_be_made_is_not_removed_with_others()
    {
        var step = await StepAsync();

        using (_home.Store.HoldImage(step.Value))
            Assert.Empty(_home.Store.RemoveSteps(all: false, before: null, kept: default, Unused).Deleted);

        Assert.Single(_home.Store.RemoveSteps(all: false, before: null, kept: default, Unused).Deleted);
    }

    [Fact]
    public async Task A_step_that_the_cluster_keeps_is_removed_neither_with_others_nor_with_what_was_built_from_it()
    {
        var step = await StepAsync();
        var commit = new ImageCommit(new ImageConfiguration()) { Step = new BuildStep(step, "ABOVE") };
        var above = await _home.Store.AddStepAsync(commit, default);
        await _home.Store.MarkAsync(step, CopyMark.Kept, [], default);

        Assert.NotNull(_home.Store.RemoveUnused(_home.Store.List().Single(image => image.Id == above.Id)));
        Assert.Empty(_home.Store.RemoveSteps(all: true, before: null, kept: default, Unused).Deleted);

        Assert.NotNull(_home.Store.Find(step.Value));
    }

    [Fact]
    public async Task A_step_that_becomes_a_result_while_it_is_brought_to_the_disk_is_one_after_a_restart()
    {
        var step = await StepAsync();
        StoreSteps.Watch = new Interruption("KeepStepsAsync", () => _home.Store.MarkResult(step), at: 2);
        await _home.Store.KeepStepsAsync(default);
        StoreSteps.Watch = null;

        await _home.Store.KeepStepsAsync(default);

        Assert.Contains(_home.Reopen().Here, image => image.Id == step);
    }

    [Fact]
    public async Task The_name_of_an_image_whose_record_is_gone_is_gone_too()
    {
        var step = await StepAsync();
        _home.Store.Tag(step.Value, ImageReference.Parse("red:1"));
        File.Delete($"{_home.Root}/images/{step.Hex}.json");

        _home.Reopen();

        Assert.DoesNotContain(
            Directory.GetFiles(_home.Root + "/names"),
            path => File.ReadAllText(path).Contains("red", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_blob_that_was_mounted_waits_for_its_manifest_whatever_becomes_of_what_it_was_part_of()
    {
        using var home = new RepositoryHome();
        var pushed = await home.PushImageAsync("1", "runs");
        var layer = Digest.Of(new TarBuilder().File("word", "runs").Build());
        Assert.True(home.Registry.Mount(RepositoryHome.Web, layer, [RepositoryHome.Web]));

        home.Registry.RemoveManifest(RepositoryHome.Web, pushed.Digest.Value);

        Assert.NotNull(home.Registry.FindBlob(RepositoryHome.Web, layer));
    }

    [Fact]
    public async Task A_step_upon_what_is_removed_meanwhile_is_refused_as_one_upon_what_is_not_there()
    {
        var below = await LoadAsync("below:1");
        StoreSteps.Watch = new Interruption(
            "install", () => _home.Store.Remove("below:1", force: true, new HashSet<ContainerId>()));
        var commit = new ImageCommit(new ImageConfiguration()) { Step = new BuildStep(below, "STEP") };

        var refused = await Assert.ThrowsAsync<ImageException>(() => _home.Store.AddStepAsync(commit, default));

        Assert.Equal(ImageFault.NotFound, refused.Fault);
    }

    [Fact]
    public async Task What_a_build_ended_with_stays_a_result_when_another_one_comes_to_the_same_on_its_way()
    {
        using var home = new StoreHome(new FakeTimeProvider());
        var nothing = await home.Store.BeginEmptyAsync(default);
        var commit = new ImageCommit(new ImageConfiguration()) { Step = new BuildStep(nothing.Id, "STEP") };
        var result = await home.Store.AddStepAsync(commit, default);
        home.Store.MarkResult(result.Id);

        var again = await home.Store.AddStepAsync(commit, default);

        Assert.Equal(result.Id, again.Id);
        Assert.Empty(home.Store.RemoveSteps(all: false, before: null, kept: default, Unused).Deleted);
    }

    private async Task<Digest> LoadAsync(string? name)
    {
        var archive = DockerArchives.Make([new TarBuilder().File("own").Build()], name);
        return (await _home.Store.LoadAsync(new MemoryStream(archive), default))[0].Id;
    }

    // Not brought to the disk yet.
    private async Task<Digest> StepAsync()
    {
        var step = new BuildStep(await LoadAsync("below:1"), "STEP");
        var commit = new ImageCommit(new ImageConfiguration()) { Step = step };
        return (await _home.Store.AddStepAsync(commit, default)).Id;
    }

    /// <summary>Does something once, before a step.</summary>
    /// <param name="at">At which time of all that the step is passed.</param>
    private sealed class Interruption(string step, Action act, int at = 1) : IStoreWatch
    {
        private int _passed;

        public TaskScheduler Threads => TaskScheduler.Default;

        public void Between(string passed)
        {
            if (passed == step && ++_passed == at) act();
        }

        public void BeforeWrite(string passed)
        {
        }

        public void Await(Task work)
        {
        }
    }
}
