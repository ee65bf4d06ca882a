using System.Diagnostics;
using System.Globalization;
using Swarm.Simulation.Telling;

namespace Swarm.Simulation;

/// <summary>Runs seeds, and says which failed and what was covered.</summary>
internal static class Runner
{
    /// <returns>The exit code: 0 when no rule was broken.</returns>
    public static int Replay(int seed, TextWriter to)
    {
        var outcome = Run.Play(seed, to);
        to.WriteLine(outcome.Broken is null ? $"seed {seed}: no rule was broken" : Told(outcome));
        return outcome.Broken is null ? 0 : 1;
    }

    public static int RunMany(int from, int seeds, TextWriter to)
    {
        var watch = Stopwatch.StartNew();
        var tally = new Tally();
        var steps = 0L;
        var broken = 0;
        foreach (var outcome in Play(from, seeds, tally))
        {
            steps += outcome.Steps;
            if (outcome.Broken is null) continue;
            broken++;
            to.WriteLine(Told(outcome));
        }

        foreach (var (what, times) in tally.Counts)
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times,10} {what}"));
        to.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{seeds} seeds, {broken} broke a rule; {steps} steps in {watch.Elapsed.TotalSeconds:0.0} s"));
        return broken == 0 ? 0 : 1;
    }

    /// <summary>One after another; what came about in all of them is added up.</summary>
    public static IEnumerable<Outcome> Play(int from, int seeds, Tally tally)
    {
        for (var seed = from; seed < from + seeds; seed++)
        {
            var outcome = Run.Play(seed);
            tally.Add(outcome.Tally);
            yield return outcome;
        }
    }

    public static string Told(Outcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {outcome.Seed}, after {outcome.At.TotalSeconds:0.0} s: {outcome.Broken}. To see all of it: dotnet run "
            + $"--project tests/Swarm.Simulation -- --seed {outcome.Seed}");
}
