using System.Diagnostics;

namespace Swarm.Benchmarks;

/// <summary>A <c>swarm</c> command, from its start to its end, answered by a node.</summary>
internal static class CommandAnswer
{
    private const int Runs = 15;

    public static async Task<IReadOnlyList<Measure>> RunAsync()
    {
        var answer = new Measure("swarm services, start to end, s", "< 0.4");
        await using var daemon = await BenchDaemon.StartAsync();
        for (var run = 0; run <= Runs; run++)
        {
            var since = Stopwatch.GetTimestamp();
            using var command = Process.Start(
                new ProcessStartInfo(
                    Path.Combine(Repository.Published, "swarm"), ["--contact", $"127.0.0.1:{daemon.Port}", "services"])
                {
                    RedirectStandardOutput = true,
                })!;
            await command.StandardOutput.ReadToEndAsync();
            await command.WaitForExitAsync();
            if (command.ExitCode != 0)
                throw new InvalidOperationException($"swarm services ended with {command.ExitCode}");
            if (run > 0) answer.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
        }

        return [answer];
    }
}
