using Swarm.Client;
using Swarm.Core.Services;

namespace Swarm.Daemon.Tests.Services;

/// <summary>A job that runs every two seconds, on a real node.</summary>
public sealed class PeriodicJobTests
{
    [Fact]
    public async Task A_periodic_job_runs_again_and_again_also_after_its_daemon_was_killed()
    {
        await using var node = await TestNode.StartAsync();
        var job = await node.DeployAsync("""
            services:
              tick:
                image: box
                command: [sh, -c, "echo tick; exit 3"]
                deploy: {mode: replicated-job, restart_policy: {condition: none}}
                x-swarm: {job: {schedule: "*/2 * * * * *", keep-runs: 100}}
            """);
        await node.UntilAsync(job.Name, service => Ended(service) >= 2);

        await node.ReplaceDaemonAsync();
        var before = Ended(await node.Client.GetServiceAsync(job.Name));
        var seen = await node.UntilAsync(job.Name, service => Ended(service) >= before + 2);

        var runs = seen.Job!.Runs;
        Assert.Equal(Enumerable.Range(1, runs.Length).Select(number => (long)number), runs.Select(run => run.Number));
        Assert.Equal(runs.Length, runs.Select(run => run.DueAt).Distinct().Count());
        Assert.All(runs, run => Assert.Equal(0, run.DueAt.Second % 2));
        Assert.Equal(3, runs[0].ExitCode);
        Assert.All(seen.Tasks.GroupBy(task => task.Run), run => Assert.Single(run));
    }

    [Fact]
    public async Task A_run_can_be_asked_for_and_waited_for()
    {
        await using var node = await TestNode.StartAsync();
        var job = await node.DeployAsync("""
            services:
              never:
                image: box
                command: [sh, -c, "exit 7"]
                deploy: {mode: replicated-job, replicas: 2, restart_policy: {condition: none}}
                x-swarm: {job: {schedule: "0 0 29 2 *", time-zone: Europe/Zurich}}
            """);

        var begun = await node.Client.RunAsync(job.Name);
        var ended = await node.Client.WaitAsync(job.Name, run: begun.Run);

        Assert.Equal((1, 7), (begun.Run, ended.ExitCode));
        Assert.Equal(ProgressOutcome.Failed, ended.Outcome);
    }

    private static int Ended(ServiceDetails service) => service.Job!.Runs.Count(run => run.EndedAt is not null);
}
