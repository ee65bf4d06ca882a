using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Runtime;

namespace Swarm.Cluster.Tests.Nodes;

public sealed class NodeContainersTests : NodeFixture
{
    [Fact]
    public async Task A_container_that_ends_is_restarted_after_exactly_its_back_off()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));

        Engine.End(ContainerOf(1), 1);
        Pass(0.099);
        Assert.Equal(1, Engine.Starts);
        Pass(0.001);
        Assert.Equal(2, Engine.Starts);
        Engine.End(ContainerOf(1), 1);
        Pass(0.199);
        Assert.Equal(2, Engine.Starts);
        Pass(0.001);

        Assert.Equal(3, Engine.Starts);
        Assert.Equal(
            (TaskState.Running, 2), ((await ReportsAsync())[1].State, Store["web"].Tasks[0].Container!.Restarts));
    }

    [Fact]
    public async Task After_three_quick_restarts_the_task_has_failed_and_its_reservation_is_free()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));

        for (var run = 1; run <= 4; run++)
        {
            Engine.End(ContainerOf(1), 3, outOfMemory: true);
            Pass(1);
        }

        var report = (await ReportsAsync())[1];
        Assert.Equal((TaskState.Failed, "exit code 3: out of memory, after 3 restarts on this node"),
            (report.State, report.Reason));
        Assert.Equal(3, report.Container!.ExitCode);
    }

    [Fact]
    public async Task A_container_that_does_not_heed_the_signal_is_killed_when_its_grace_is_over()
    {
        Engine.EndsWhenTerminated = false;
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));

        Order(2, Spec(), (1, TaskState.Shutdown));
        Pass(9.9);
        Assert.Equal([(ContainerOf(1), 15)], Engine.Signals);
        Pass(0.1);

        Assert.Equal([(ContainerOf(1), 15), (ContainerOf(1), 9)], Engine.Signals);
        var report = (await ReportsAsync())[1];
        Assert.Equal((TaskState.Shutdown, 137), (report.State, report.Container!.ExitCode));
    }

    [Fact]
    public async Task A_checked_container_is_running_only_once_it_has_answered()
    {
        Engine.Probe = new CommandResult(1, "connection refused", false);
        StartNode();
        Order(1, Spec() with { HealthCheck = new HealthCheck(["CMD", "/check"]) }, (1, TaskState.Running));
        Pass(0.25);
        Assert.Equal(TaskState.Starting, (await ReportsAsync())[1].State);

        Engine.Probe = new CommandResult(0, "", false);
        Pass(5);

        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);
    }

    [Fact]
    public async Task A_container_that_turns_unhealthy_is_stopped_and_says_what_its_check_printed()
    {
        StartNode();
        var check = new HealthCheck(["CMD", "/check"]) { Interval = TimeSpan.FromSeconds(1), Retries = 2 };
        Order(1, Spec() with { HealthCheck = check }, (1, TaskState.Running));
        Pass(0.25);
        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);

        Engine.Probe = new CommandResult(1, "no answer", false);
        Pass(1);
        Pass(1);

        Assert.Equal([(ContainerOf(1), 15)], Engine.Signals);
        Assert.StartsWith("unhealthy: no answer", (await ReportsAsync())[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_cannot_be_made_is_rejected_with_the_engines_words()
    {
        Engine.CreateFault = new ContainerException(ContainerFault.ImageNotFound, "image web is not on this host");
        StartNode();

        Order(1, Spec(), (1, TaskState.Running));

        var report = (await ReportsAsync())[1];
        Assert.Equal((TaskState.Rejected, "image web is not on this host"), (report.State, report.Reason));
    }

    [Fact]
    public async Task An_image_is_brought_here_before_its_container_is_made_and_held_until_then()
    {
        StartNode();

        Order(1, Spec(), (1, TaskState.Running));

        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);
        Assert.Equal(["web"], Images.Required);
        Assert.Equal(0, Images.Held);
    }

    [Fact]
    public async Task An_image_that_cannot_be_brought_here_is_told_in_the_words_of_its_registry()
    {
        Images.Fault = new ContainerException(
            ContainerFault.ImageNotFound, "image web is not on this host, pulling it failed: no route to host");
        StartNode();

        Order(1, Spec(), (1, TaskState.Running));

        var report = (await ReportsAsync())[1];
        Assert.Equal(TaskState.Rejected, report.State);
        Assert.EndsWith("no route to host", report.Reason, StringComparison.Ordinal);
        Assert.Null(Engine.Find(ContainerOf(1)));
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_has_failed_and_is_not_tried_again()
    {
        Engine.StartFault = new ContainerException(
            ContainerFault.Invalid, "no program /nope", new IOException("stat [errno 2]"));
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        Pass(60);

        var report = (await ReportsAsync())[1];
        Assert.Equal(
            (TaskState.Failed, "no program /nope", 0), (report.State, report.Reason, report.Container!.Restarts));
    }

    [Fact]
    public async Task A_task_that_is_only_to_be_ready_is_started_when_running_is_ordered()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Ready));
        Assert.Equal(TaskState.Ready, (await ReportsAsync())[1].State);
        Assert.Equal(0, Engine.Starts);

        Order(2, Spec(), (1, TaskState.Running));

        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);
    }
}
