using Akka.Actor;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Placement;
using Swarm.Core.Services;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Tests.Nodes;

/// <summary>Containers that belong to no service, on a node.</summary>
public sealed class NodeStandaloneTests : NodeFixture
{
    [Fact]
    public async Task It_is_kept_before_it_is_made_and_runs_when_it_is_started()
    {
        StartNode();

        await MakeAsync(new StandaloneSettings());
        Assert.Equal(TaskState.Ready, Standalone[Own]!.Desired);
        Assert.Equal(ContainerPhase.Created, Engine.Find(Own)!.Phase);
        await DoneAsync(new StartByHand(Own));

        Assert.Equal(ContainerPhase.Running, Engine.Find(Own)!.Phase);
        Assert.Equal(TaskState.Running, Standalone[Own]!.Desired);
        await DoneAsync(new StartByHand(Own), changed: false);
    }

    [Fact]
    public async Task Stopped_by_hand_it_stays_stopped_over_a_restart_of_the_node_unless_it_is_to_run_always()
    {
        StartNode();
        await MakeAsync(Restarting(always: false));
        await MakeAsync(Restarting(always: true), "c2");
        foreach (var id in (ContainerId[])[Own, new("c2")])
        {
            await DoneAsync(new StartByHand(id));
            await DoneAsync(new StopByHand(id, null, 0));
            Assert.Equal(ContainerPhase.Ended, Engine.Find(id)!.Phase);
        }

        await StopNodeAsync();
        StartNode();

        Assert.Equal(ContainerPhase.Ended, Engine.Find(Own)!.Phase);
        Assert.Equal(ContainerPhase.Running, Engine.Find(new ContainerId("c2"))!.Phase);
    }

    [Fact]
    public async Task It_is_restarted_by_its_policy_and_found_again_by_the_next_node()
    {
        StartNode();
        await MakeAsync(Restarting(always: false));
        await DoneAsync(new StartByHand(Own));

        Engine.End(Own, 1);
        Pass(0.2);
        Assert.Equal((ContainerPhase.Running, 2), (Engine.Find(Own)!.Phase, Engine.Find(Own)!.Run));
        Assert.Equal(1, (await ListAsync())[Own].Restarts);
        await StopNodeAsync();
        Engine.End(Own, 3, isTold: false);
        StartNode();
        Pass(1);

        Assert.Equal((ContainerPhase.Running, 3), (Engine.Find(Own)!.Phase, Engine.Find(Own)!.Run));
        Assert.Equal(2, (await ListAsync())[Own].Restarts);
    }

    [Fact]
    public async Task One_that_removes_itself_is_gone_when_it_ends()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings { RemovesItself = true });
        await DoneAsync(new StartByHand(Own));

        Engine.End(Own, 0);

        Assert.Null(Engine.Find(Own));
        Assert.Null(Standalone[Own]);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Its_volumes_stay_unless_they_are_to_go_with_it()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        await MakeAsync(new StandaloneSettings(), "c2");
        await MakeAsync(new StandaloneSettings { RemovesItself = true }, "c3");
        Assert.True(Engine.Find(Own)!.Definition.KeepsVolumes);
        Assert.False(Engine.Find(new ContainerId("c3"))!.Definition.KeepsVolumes);

        await DoneAsync(new RemoveByHand(Own, Force: false));
        await DoneAsync(new RemoveByHand(new ContainerId("c2"), Force: false, WithVolumes: true));

        Assert.Equal([new ContainerId("c2")], Engine.OwnVolumes.LetGo);
        Assert.Equal(["c3"], Engine.List().Select(container => container.Id.Value));
    }

    [Fact]
    public async Task Of_a_start_and_a_removal_at_once_nothing_is_left()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        var saved = new TaskCompletionSource();
        Standalone.Slowness = saved.Task;

        var start = Node.Ask<StandaloneAnswer>(new StartByHand(Own));
        var removal = Node.Ask<StandaloneAnswer>(new RemoveByHand(Own, Force: false));
        var late = Node.Ask<StandaloneAnswer>(new StartByHand(Own));
        Assert.Contains(
            "marked for removal", Assert.IsType<StandaloneAnswer.Refused>(await late).Reason, StringComparison.Ordinal);
        saved.SetResult();

        Assert.IsType<StandaloneAnswer.Refused>(await start);
        Assert.IsType<StandaloneAnswer.Done>(await removal);
        Assert.Null(Engine.Find(Own));
        Assert.Null(Standalone[Own]);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task What_is_asked_of_one_that_is_being_forgotten_does_not_keep_it()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        var forgotten = new TaskCompletionSource();
        Standalone.SlowForgetting = forgotten.Task;
        var actor = await Sys.ActorSelection(Node, "*/*").ResolveOne(TimeSpan.FromSeconds(3));

        await DoneAsync(new RemoveByHand(Own, Force: false));
        var change = actor.Ask<StandaloneAnswer>(new ChangeStandalone(Own, Restarting(always: true)));
        Assert.IsType<StandaloneAnswer.Refused>(await change);
        forgotten.SetResult();

        Assert.Null(Standalone[Own]);
    }

    [Fact]
    public async Task A_running_one_is_removed_only_by_force()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        await DoneAsync(new StartByHand(Own));

        var refused = await Node.Ask<StandaloneAnswer>(new RemoveByHand(Own, Force: false));
        Assert.Contains(
            "stop the container before", Assert.IsType<StandaloneAnswer.Refused>(refused).Reason,
            StringComparison.Ordinal);
        await DoneAsync(new RemoveByHand(Own, Force: true));

        Assert.Null(Engine.Find(Own));
        Assert.Contains((Own, 9), Engine.Signals);
    }

    [Fact]
    public async Task One_that_cannot_be_made_is_refused_in_the_engines_words_and_not_kept()
    {
        StartNode();
        Engine.CreateFault = new ContainerException(
            ContainerFault.Invalid, "Cannot mkdir: /etc/passwd is not a directory", new IOException("mkdir: errno 20"));

        var refused = await Node.Ask<StandaloneAnswer>(new CreateStandalone(
            new ContainerDefinition(Own, "own", Spec()), new StandaloneSettings()));

        Assert.Equal(
            new StandaloneAnswer.Refused(ContainerFault.Invalid, "Cannot mkdir: /etc/passwd is not a directory"),
            refused);
        Assert.Null(Standalone[Own]);
    }

    [Fact]
    public async Task A_start_that_fails_is_told_and_may_be_tried_again()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        Engine.StartFault = new ContainerException(ContainerFault.Invalid, "executable file not found: x");

        var refused = await Node.Ask<StandaloneAnswer>(new StartByHand(Own));
        Assert.Equal(
            "executable file not found: x", Assert.IsType<StandaloneAnswer.Refused>(refused).Reason);
        Engine.StartFault = null;
        await DoneAsync(new StartByHand(Own));
    }

    [Fact]
    public async Task One_that_removes_itself_and_cannot_start_is_gone_when_that_is_told()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings { RemovesItself = true });
        Engine.StartFault = new ContainerException(ContainerFault.Invalid, "executable file not found: x");

        var refused = await Node.Ask<StandaloneAnswer>(new StartByHand(Own));

        Assert.Equal(
            "executable file not found: x", Assert.IsType<StandaloneAnswer.Refused>(refused).Reason);
        Assert.Null(Engine.Find(Own));
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Other_settings_are_seen_at_once()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        await DoneAsync(new StartByHand(Own));

        await DoneAsync(new ChangeStandalone(Own, new StandaloneSettings { Reserved = Capacity(500, 64) }));

        Assert.Equal(Capacity(500, 64), (await ListAsync())[Own].Settings.Reserved);
    }

    [Fact]
    public async Task A_full_disk_lets_nothing_start_and_everything_stop()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        await MakeAsync(new StandaloneSettings(), "c2");
        await DoneAsync(new StartByHand(Own));
        Standalone.IsFull = true;

        var refused = await Node.Ask<StandaloneAnswer>(new StartByHand(new ContainerId("c2")));
        Assert.Contains(
            "no space left", Assert.IsType<StandaloneAnswer.Refused>(refused).Reason, StringComparison.Ordinal);
        await DoneAsync(new StopByHand(Own, null, 0));
    }

    [Fact]
    public async Task What_was_stopped_while_the_disk_was_full_stays_stopped_and_what_was_refused_is_not_done_later()
    {
        StartNode();
        await MakeAsync(Restarting(always: false));
        await MakeAsync(Restarting(always: false), "c2");
        await DoneAsync(new StartByHand(Own));
        Standalone.IsFull = true;
        await DoneAsync(new StopByHand(Own, null, 0));
        Assert.IsType<StandaloneAnswer.Refused>(
            await Node.Ask<StandaloneAnswer>(new StartByHand(new ContainerId("c2"))));
        Assert.IsType<StandaloneAnswer.Refused>(await Node.Ask<StandaloneAnswer>(
            new ChangeStandalone(new ContainerId("c2"), new StandaloneSettings { StartsWithNode = true })));

        Pass(20);
        Standalone.IsFull = false;
        Pass(6);

        Assert.Equal(TaskState.Shutdown, Standalone[Own]!.Desired);
        Assert.Equal(TaskState.Ready, Standalone[new ContainerId("c2")]!.Desired);
        Assert.False(Standalone[new ContainerId("c2")]!.Settings.StartsWithNode);
        await StopNodeAsync();
        StartNode();
        Assert.Equal(ContainerPhase.Ended, Engine.Find(Own)!.Phase);
        Assert.Equal(ContainerPhase.Created, Engine.Find(new ContainerId("c2"))!.Phase);
    }

    [Fact]
    public async Task What_runs_by_hand_is_taken_from_what_the_node_gives_to_tasks()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings { Reserved = Capacity(500, 64) });
        await DoneAsync(new StartByHand(Own));
        Pass(1);

        var report = (NodeReport)(await Placers.FishForMessageAsync(
            message => message is NodeReport { Reserved.Cpu.Value: 500 }));

        Assert.Equal(Capacity(500, 64), report.Reserved);
    }

    [Fact]
    public async Task A_task_stopped_or_removed_by_hand_is_seen_and_its_policy_decides()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);

        await DoneAsync(new StopByHand(ContainerOf(1), null, 0));
        Pass(1);
        var again = Engine.Find(ContainerOf(1))!;
        Assert.Equal((ContainerPhase.Running, 2), (again.Phase, again.Run));
        Engine.End(ContainerOf(1), 137, isTold: true);
        await DoneAsync(new RemoveByHand(ContainerOf(1), Force: true));
        Pass(5);

        Assert.Equal(TaskState.Failed, (await ReportsAsync())[1].State);
    }

    private static StandaloneSettings Restarting(bool always) => new()
    {
        Restart = new RestartPolicy { Condition = RestartCondition.Any },
        StartsWithNode = always,
    };

    private async Task<IReadOnlyDictionary<ContainerId, StandaloneContainer>> ListAsync() =>
        (await Node.Ask<StandaloneList>(new GetStandalone(), TimeSpan.FromSeconds(20))).Containers;
}
