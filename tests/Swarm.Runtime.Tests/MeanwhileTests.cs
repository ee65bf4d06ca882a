using Swarm.Core.Containers;
using Swarm.Images;
using Swarm.Images.Trees;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests;

/// <summary>What comes in the middle of something else: a removal, a crash, a refusal of the host.</summary>
public sealed class MeanwhileTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Of_one_that_is_removed_while_its_files_are_looked_at_no_root_is_left()
    {
        var created = await fixture.Engine.CreateAsync(
            EngineFixture.Define(EngineFixture.Shell("sleep 600")), default);
        var (reached, goesOn) = (NewSignal(), NewSignal());
        fixture.Images.BeforeMounting = () =>
        {
            reached.TrySetResult();
            return goesOn.Task;
        };
        var looking = fixture.Engine.Files.FindAsync(created.Id, "/etc", default);
        await reached.Task;

        var removing = fixture.Engine.RemoveAsync(created.Id, default);
        await Task.WhenAny(removing, Task.Delay(Moment, TimeProvider.System));
        fixture.Images.BeforeMounting = null;
        goesOn.SetResult();
        await removing;
        await Record.ExceptionAsync(() => looking);

        Assert.DoesNotContain(created.Id, fixture.Images.WritableLayers());
        await Assert.ThrowsAsync<ContainerException>(() => fixture.Engine.Files.FindAsync(created.Id, "/etc", default));
        Assert.Empty(fixture.FilesOf(created.Id));
    }

    [Fact]
    public async Task One_that_stood_still_for_a_commit_goes_on_when_the_engine_was_killed_in_it()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var (reached, never) = (NewSignal(), new TaskCompletionSource<LoadedImage>());
        fixture.Images.Committing = () =>
        {
            reached.TrySetResult();
            return never.Task;
        };
        var commit = fixture.Engine.Files.CommitAsync(
            started.Id, new ImageCommit(new ImageConfiguration()), pause: true, default);
        await reached.Task;
        Assert.True(fixture.Engine.Find(started.Id)!.IsPaused);

        await fixture.ReopenAsync();

        Assert.False(commit.IsCompleted);
        Assert.False(fixture.Engine.Find(started.Id)!.IsPaused);
        Assert.Equal("0 ", await fixture.RunCommandAsync(started.Id, "true"));
    }

    [Fact]
    public async Task One_that_its_user_has_let_go_on_and_paused_again_is_not_let_go_on_by_the_end_of_a_commit()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var (reached, ends) = (NewSignal(), new TaskCompletionSource<LoadedImage>());
        fixture.Images.Committing = () =>
        {
            reached.TrySetResult();
            return ends.Task;
        };
        var commit = fixture.Engine.Files.CommitAsync(
            started.Id, new ImageCommit(new ImageConfiguration()), pause: true, default);
        await reached.Task;
        await fixture.Engine.Controls.UnpauseAsync(started.Id, default);
        await fixture.Engine.Controls.PauseAsync(started.Id, default);

        ends.SetResult(new LoadedImage(BusyboxImages.Id, []));
        await commit;

        Assert.True(fixture.Engine.Find(started.Id)!.IsPaused);
    }

    [Fact]
    public async Task A_paused_one_is_let_go_on_also_where_the_disk_takes_nothing()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        await fixture.Engine.Controls.PauseAsync(started.Id, default);
        var record = Path.Join(fixture.Options.DataRoot, "containers", started.Id.Value, "container.json");
        Directory.CreateDirectory(record + ".new");

        await fixture.Engine.Controls.UnpauseAsync(started.Id, default);

        Assert.False(fixture.Engine.Find(started.Id)!.IsPaused);
        Assert.Equal("0 ", await fixture.RunCommandAsync(started.Id, "true"));
        Directory.Delete(record + ".new");
    }

    [Fact]
    public async Task What_it_has_of_the_networks_is_given_back_when_the_host_refused_that_at_its_end()
    {
        var created = await fixture.Engine.CreateAsync(
            EngineFixture.Define(EngineFixture.Shell("exit 3")), default);
        fixture.Networks.Refusals = 2;

        await fixture.Engine.StartAsync(created.Id, default);
        var exit = await fixture.ExitOfAsync(created.Id);

        Assert.Equal(3, exit.ExitCode);
        using var patience = new CancellationTokenSource(Patience.Seconds(20));
        while (!fixture.Networks.Detached.Contains(created.Id))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
    }

    [Fact]
    public async Task Limits_that_the_disk_does_not_take_do_not_hold()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var limits = started.Definition.Spec.Limits with { Pids = 50 };
        await fixture.Engine.Controls.SetLimitsAsync(started.Id, limits, default);
        var record = Path.Join(fixture.Options.DataRoot, "containers", started.Id.Value, "container.json");
        Directory.CreateDirectory(record + ".new");

        await Assert.ThrowsAsync<ContainerException>(
            () => fixture.Engine.Controls.SetLimitsAsync(started.Id, limits with { Pids = 77 }, default));
        Directory.Delete(record + ".new");

        Assert.Equal(50, fixture.Engine.Find(started.Id)!.Definition.Spec.Limits.Pids);
        Assert.Equal("50", fixture.Cgroup("pids", started.Id, "pids.max"));
    }

    [Fact]
    public async Task Who_goes_away_while_a_container_is_connected_leaves_it_connected()
    {
        var definition = EngineFixture.Define(EngineFixture.Shell("sleep 600") with
        {
            NetworkMode = NetworkMode.Bridge,
            Endpoints = [],
        });
        await fixture.Engine.DefineAsync(definition, default);
        using var leaving = new CancellationTokenSource();
        fixture.Networks.Networks = [new NetworkDefinition("red") { Id = "red-id", Driver = NetworkDrivers.Bridge }];
        fixture.Networks.Finding = leaving.Cancel;

        await fixture.Engine.Networks.ConnectAsync(definition.Id, new EndpointSpec("red"), leaving.Token);

        Assert.True(leaving.IsCancellationRequested);
        Assert.Equal(
            "red", Assert.Single(fixture.Engine.Find(definition.Id)!.Definition.Spec.Endpoints!.Value).Network);
        (fixture.Networks.Finding, fixture.Networks.Networks) = (null, []);
    }

    [Theory]
    [InlineData("/proc/self/mem")] // there, and an error of the disk when it is read
    [InlineData("container.json")] // an error when it is looked for
    public async Task A_record_that_the_disk_does_not_give_costs_its_own_container(string link)
    {
        var lost = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var other = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var record = Path.Join(fixture.Options.DataRoot, "containers", lost.Id.Value, "container.json");

        await fixture.ReopenAsync(() =>
        {
            File.Move(record, record + ".kept");
            File.CreateSymbolicLink(record, link);
        });

        Assert.Null(fixture.Engine.Find(lost.Id));
        Assert.True(File.Exists(record + ".kept"));
        Assert.Equal(ContainerPhase.Running, fixture.Engine.Find(other.Id)!.Phase);
        await fixture.ReopenAsync(() =>
        {
            File.Delete(record);
            File.Move(record + ".kept", record);
        });
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
