using System.Diagnostics;
using Swarm.Core.Containers;

namespace Swarm.Benchmarks;

/// <summary>Start of a container, from the order to create it to the first byte of its output.</summary>
internal static class ContainerStart
{
    private const int Runs = 25;
    private const int Together = 8;

    public static async Task<IReadOnlyList<Measure>> RunAsync()
    {
        await using var host = await BenchHost.OpenAsync();
        var bridge = new Measure("container start, bridge network, ms", "< 40");
        var none = new Measure("container start, no network, ms", "< 35");
        var remove = new Measure("container kill and removal, bridge network, ms", "");
        var parallel = new Measure($"{Together} starts at a time, bridge network, containers/s", "");
        await OneAsync(host, NetworkMode.Bridge, into: null, remove: null);
        await OneAsync(host, NetworkMode.None, into: null, remove: null);

        // In turn, so that a slow moment of the machine falls on both.
        for (var run = 0; run < Runs; run++)
        {
            await OneAsync(host, NetworkMode.Bridge, bridge, remove);
            await OneAsync(host, NetworkMode.None, none, remove: null);
        }

        for (var round = 0; round < 5; round++) parallel.Add(await ManyAsync(host));
        return [bridge, none, remove, parallel];
    }

    private static async Task OneAsync(BenchHost host, NetworkMode network, Measure? into, Measure? remove)
    {
        var talker = BenchHost.Talker(network);
        var since = Stopwatch.GetTimestamp();
        await host.StartUntilFirstByteAsync(talker);
        into?.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
        since = Stopwatch.GetTimestamp();
        await host.RemoveAsync([talker.Id]);
        remove?.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
    }

    private static async Task<double> ManyAsync(BenchHost host)
    {
        const int Count = 40;
        var talkers = Enumerable.Range(0, Count).Select(_ => BenchHost.Talker(NetworkMode.Bridge)).ToArray();
        var since = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            talkers, new ParallelOptions { MaxDegreeOfParallelism = Together },
            async (talker, _) => await host.StartUntilFirstByteAsync(talker));
        var took = Stopwatch.GetElapsedTime(since).TotalSeconds;
        await host.RemoveAsync(talkers.Select(talker => talker.Id));
        return Count / took;
    }
}
