using System.Net;
using System.Net.Sockets;
using Swarm.Client;
using Swarm.Core.Services;

namespace Swarm.Daemon.Tests.Services;

/// <summary>What goes wrong in containers is seen, told and dealt with; jobs, logs and graceful stops.</summary>
public sealed class FailureTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private readonly TestNode _node = shared.Node;

    [Fact]
    public async Task A_failing_container_is_started_again_in_place_then_failed_with_its_code_and_replaced()
    {
        var spec = await _node.DeployAsync(Composed.One("failing", "exit 3", "restart_policy: { delay: 20ms }"));

        var service = await _node.UntilAsync(spec.Name, now => now.Tasks.Length >= 2
            && now.Tasks.Any(task => task.State == TaskState.Failed));
        await _node.RemoveAsync(spec.Name);

        var failed = service.Tasks.First(task => task.State == TaskState.Failed);
        Assert.Equal(3, failed.Container!.ExitCode);
        Assert.Equal(3, failed.Container.Restarts);
        Assert.Contains("exit code 3", failed.Reason, StringComparison.Ordinal);
        Assert.Contains(service.Tasks, task => task.Slot == failed.Slot && task.Id != failed.Id);
    }

    [Fact]
    public async Task An_unhealthy_container_is_replaced_and_its_check_is_quoted()
    {
        var spec = await _node.DeployAsync(Composed.One(
            "sick", "touch /well; sleep 1; rm /well; sleep 1000",
            "restart_policy: { delay: 20ms }\n    stop_signal: SIGKILL\n"
            + "    healthcheck:\n      test: '[ -e /well ] || { echo feeling ill; false; }'\n"
            + "      interval: 100ms\n      retries: 2"));

        var service = await _node.UntilAsync(spec.Name, now => now.Tasks.Any(task =>
            task.Reason.Contains("feeling ill", StringComparison.Ordinal)));
        await _node.RemoveAsync(spec.Name);

        Assert.Contains(
            service.Tasks, task => task.Reason.Contains("unhealthy: feeling ill", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Running_out_of_memory_is_told_as_such()
    {
        var spec = await _node.DeployAsync(Composed.One(
            "hungry", "x=aaaaaaaaaaaaaaaa; while true; do x=$$x$$x; done",
            "resources: { limits: { memory: 16M } }", "restart_policy: { condition: none }"));

        var service = await _node.UntilAsync(spec.Name, now => now.Tasks.Any(task => task.State == TaskState.Failed));
        await _node.RemoveAsync(spec.Name);

        var task = Assert.Single(service.Tasks);
        Assert.True(task.Container!.OutOfMemory);
        Assert.Equal(137, task.Container.ExitCode);
        Assert.Contains("memory", task.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_image_that_is_nowhere_is_named_as_the_reason()
    {
        var spec = await _node.DeployAsync(
            Composed.One("lost", "true", "replicas: 1").Replace(
                "image: box", "image: nowhere:9", StringComparison.Ordinal));

        var service = await _node.UntilAsync(spec.Name, now => now.Tasks.Any(task => task.Reason.Length > 0));
        await _node.RemoveAsync(spec.Name);

        Assert.Contains(service.Tasks, task => task.Reason.Contains("nowhere:9", StringComparison.Ordinal));
        var warnings = _node.Daemon.Output.Where(
            line => line.Contains("could not be undone", StringComparison.Ordinal));
        Assert.True(!warnings.Any(), string.Join('\n', warnings));
    }

    [Fact]
    public async Task While_another_program_has_its_port_a_service_does_not_run_and_says_why()
    {
        var port = TestNode.FreePort();
        using var other = new TcpListener(IPAddress.Any, port);
        other.Start();
        var spec = await _node.DeployAsync(Composed.Web(port, replicas: 1));

        var held = await _node.UntilAsync(spec.Name, now => now.Tasks.Any(task => task.State == TaskState.Rejected));
        other.Stop();
        var freed = await _node.UntilAsync(spec.Name, now => ServiceLifeTests.Running(now) == 1);
        var answer = await _node.FetchAsync(port);
        await _node.RemoveAsync(spec.Name);

        Assert.DoesNotContain(held.Tasks, task => task.State == TaskState.Running);
        Assert.Contains("taken by another program", ServiceProgress.Of(held).Reasons[0], StringComparison.Ordinal);
        Assert.Equal(ProgressOutcome.Reached, ServiceProgress.Of(freed).Outcome);
        Assert.StartsWith("one ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 0", 0, ProgressOutcome.Reached)]
    [InlineData("exit 5", 5, ProgressOutcome.Failed)]
    public async Task A_job_ends_with_an_exit_code(string script, int exitCode, ProgressOutcome outcome)
    {
        var spec = await _node.DeployAsync(Composed.One(
            "job", script, "mode: replicated-job", "replicas: 2", "restart_policy: { condition: none }"));

        var service = await _node.UntilAsync(spec.Name, now => now.Job!.Ended);
        await _node.RemoveAsync(spec.Name);

        Assert.Equal((outcome, exitCode), (ServiceProgress.Of(service).Outcome, ServiceProgress.Of(service).ExitCode));
    }

    [Fact]
    public async Task Logs_come_whole_and_in_order_over_many_pages()
    {
        var spec = await _node.DeployAsync(Composed.One(
            "talker", "i=0; while [ $$i -lt 5000 ]; do echo line $$i of many; i=$$((i+1)); done",
            "mode: replicated-job", "restart_policy: { condition: none }"));
        await _node.UntilAsync(spec.Name, now => now.Job!.Ended);

        var lines = new List<string>();
        await foreach (var line in _node.Client.ReadLogsAsync(spec.Name, tail: null, follow: false, Assert.Fail))
        {
            lines.Add(line.Text);
        }

        await _node.RemoveAsync(spec.Name);

        Assert.Equal(Enumerable.Range(0, 5000).Select(number => $"line {number} of many"), lines);
    }

    [Fact]
    public async Task Asked_to_stop_a_container_may_finish_its_work_within_its_grace_and_no_longer()
    {
        var folder = Directory.CreateTempSubdirectory("swdtidy");
        try
        {
            var loop = "touch /out/$0; while true; do sleep 0.02; done";
            var spec = await _node.DeployAsync(Composed.One(
                "polite",
                "trap 'sleep 0.2; echo tidy > /out/done; exit 0' TERM; "
                + loop.Replace("$0", "up", StringComparison.Ordinal),
                $"replicas: 1\n    volumes: ['{folder.FullName}:/out']"));
            var stubborn = await _node.DeployAsync(Composed.One(
                "stubborn", "trap 'touch /out/heard' TERM; " + loop.Replace("$0", "deaf", StringComparison.Ordinal),
                $"replicas: 1\n    stop_grace_period: 300ms\n    volumes: ['{folder.FullName}:/out']"));
            await _node.UntilAsync(
                () => Task.FromResult(Written("up") && Written("deaf")), () => "they have not begun");

            await _node.RemoveAsync(spec.Name);
            await _node.RemoveAsync(stubborn.Name);

            Assert.True(Written("done") && Written("heard"));
            Assert.Empty(_node.Traces().All());
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        bool Written(string name) => File.Exists($"{folder.FullName}/{name}");
    }
}
