using System.Diagnostics;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Benchmarks;

/// <summary>From submitting a service of 50 replicas until all of them run, and until the
/// removed service is gone.</summary>
internal static class Replicas
{
    private const int Count = 50;
    private const int Runs = 5;

    public static async Task<IReadOnlyList<Measure>> RunAsync()
    {
        var up = new Measure($"{Count} replicas, submit to all running, s", "< 2");
        var down = new Measure($"{Count} replicas, remove to gone, s", "");
        await using var daemon = await BenchDaemon.StartAsync();
        await daemon.ImportImageAsync();
        await using var client = daemon.Connect();
        for (var run = 0; run <= Runs; run++)
        {
            var name = new ServiceName($"bench{run}");
            var since = Stopwatch.GetTimestamp();
            await client.DeployAsync(new ServiceSpec
            {
                Name = name,
                Mode = new ServiceMode.Replicated(Count),
                Container = new ContainerSpec
                {
                    Image = "bench",
                    Command = ["/bin/busybox", "sleep", "1000"],
                    StopSignal = "SIGKILL"
                },
            });
            await UntilAsync(async () => (await client.GetServiceAsync(name)).Tasks
                .Count(task => task.State == TaskState.Running) == Count);
            if (run > 0) up.Add(Stopwatch.GetElapsedTime(since).TotalSeconds); // the first one warms up

            since = Stopwatch.GetTimestamp();
            await client.RemoveAsync(name);
            await UntilAsync(async () => (await client.GetNodesAsync()).All(node => node.RunningTasks == 0));
            if (run > 0) down.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
        }

        return [up, down];
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds()) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
    }
}
