using System.Diagnostics;
using System.Globalization;
using Swarm.Core;
using Swarm.Hosts;
using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Benchmarks;

/// <summary>What is measured on three hosts out of namespaces, with the published swarmd and PostgreSQL.</summary>
internal static class ClusterHosts
{
    private const int Replicas = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>10, or SWARM_BENCH_RUNS.</summary>
    private static int Runs => int.Parse(
        Environment.GetEnvironmentVariable("SWARM_BENCH_RUNS") ?? "10", CultureInfo.InvariantCulture);

    /// <summary>From submitting 30 replicas until all run, and from the death of a host until they do again.</summary>
    public static async Task<IReadOnlyList<Measure>> FailOverAsync()
    {
        var up = new Measure($"{Replicas} replicas on 3 hosts, submit to all running, s", "");
        var worker = new Measure($"{Replicas} replicas on 3 hosts, host dead to all running elsewhere, s", "< 5");
        var decider = new Measure("the same, and the dead host decided the service, s", "< 12");
        var placer = new Measure("the same, and the dead host chose nodes, s", "< 12");
        var coordinator = new Measure("the same, and the dead host coordinated the shards, s", "< 12");
        await using var hosts = await StartAsync();
        for (var run = 0; run < Runs; run++)
        {

            // Which host decides follows from the name, so with another one there may be one that does nothing else.
            for (var name = 'a'; name <= 'j' && worker.Count == run; name++)
            {
                await FailOverAsync(hosts, $"worker{run}{name}", up, worker, service =>
                    hosts.All.FirstOrDefault(host =>
                        host != hosts.HolderOf(service) && host != hosts.Placer() && host != hosts.Oldest()));
            }

            await FailOverAsync(hosts, $"decider{run}", up, decider, hosts.HolderOf);
            await FailOverAsync(hosts, $"placer{run}", up, placer, _ => hosts.Placer());
            await FailOverAsync(hosts, $"coordinator{run}", up, coordinator, _ => hosts.Oldest());
        }

        return [up, worker, decider, placer, coordinator];
    }

    /// <summary>What a host costs when nothing is to be done.</summary>
    public static async Task<IReadOnlyList<Measure>> IdleAsync()
    {
        var processor = new Measure("idle host of 3, processor s per hour", "");
        var memory = new Measure("idle host of 3, swarmd resident, MiB", "");
        await using var hosts = await StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System);
        var before = hosts.All.Select(host => host.ProcessorTime).ToList();
        var since = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromMinutes(1), TimeProvider.System);
        foreach (var (host, then) in hosts.All.Zip(before))
        {
            processor.Add((host.ProcessorTime - then) / Stopwatch.GetElapsedTime(since) * 3600);
            memory.Add(host.ResidentMebibytes());
        }

        return [processor, memory];
    }

    /// <summary>How many containers are moved in a minute in which all processors of a host are taken.</summary>
    public static async Task<IReadOnlyList<Measure>> BusyAsync()
    {
        var moved = new Measure("containers moved while a host is busy for a minute", "0");
        await using var hosts = await StartAsync();
        await Scenario.RunAsync(hosts, async scenario =>
        {
            await scenario.RunAsync(Composed.Sleepers("web", Replicas));
            var before = scenario.Living().ToHashSet();
            var spinning = Enumerable.Range(0, 2 * Environment.ProcessorCount)
                .Select(_ => hosts[3].Launch("timeout", "60", "sh", "-c", "while :; do :; done")).ToList();
            foreach (var one in spinning) await one.WaitForExitAsync();
            moved.Add(before.Except(scenario.Living()).Count());
        });
        return [moved];
    }

    private static async Task FailOverAsync(
        SwarmHosts hosts, string service, Measure up, Measure over, Func<ServiceName, SwarmHost?> choose)
    {
        await Scenario.RunAsync(hosts, async scenario =>
        {
            var since = Stopwatch.GetTimestamp();
            var name = await scenario.Ledger.DeployAsync(Composed.Sleepers(service, Replicas));
            await RunningAsync(scenario);
            up.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
            await scenario.UntilSettledAsync();
            if (choose(name) is not { } dead) return; // every host decides, chooses or coordinates

            since = Stopwatch.GetTimestamp();
            await dead.PowerOffAsync();
            await RunningAsync(scenario);
            over.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
            var load = (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0];
            await Console.Error.WriteLineAsync(
                $"{service}: {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s without {dead.Name}, load {load}");
        });
    }

    private static Task RunningAsync(Scenario scenario) => Until.TrueAsync(
        () => scenario.Living().Count == Replicas, () => $"{scenario.Living().Count} of {Replicas} live", Patience);

    private static Task<SwarmHosts> StartAsync() => SwarmHosts.StartAsync(new HostsOptions
    {
        Daemon = [Path.Combine(Repository.Published, "swarmd.folder", "swarmd")],
    });
}
