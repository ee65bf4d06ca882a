namespace Swarm.Benchmarks;

/// <summary>How long <c>swarmd</c> takes from its start to ready, and what it costs when it
/// has nothing to do.</summary>
internal static class DaemonReady
{
    private const int Runs = 5;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<Measure>> RunAsync()
    {
        var ready = new Measure("swarmd start to ready, s", "< 3");
        var resident = new Measure("swarmd idle, resident MiB", "< 150");
        var processor = new Measure("swarmd idle, % of one core", "< 3");
        for (var run = 0; run < Runs; run++)
        {
            await using var daemon = await BenchDaemon.StartAsync();
            ready.Add(daemon.ReadyAfter.TotalSeconds);
            if (run < Runs - 2) continue; // idling takes long: twice is enough to see it

            await Task.Delay(Settle, TimeProvider.System);
            var before = daemon.ProcessorTime();
            await Task.Delay(Idle, TimeProvider.System);
            processor.Add((daemon.ProcessorTime() - before) / Idle * 100);
            resident.Add(daemon.ResidentMebibytes());
        }

        return [ready, resident, processor];
    }
}
