using Swarm.Core;
using Swarm.Simulation.Checks;
using Swarm.Simulation.Clients;
using Swarm.Simulation.Faults;
using Swarm.Simulation.Telling;
using Swarm.Simulation.Time;

namespace Swarm.Simulation;

/// <summary>How one seed came out.</summary>
/// <param name="Broken">The rule that was broken; null when none was.</param>
internal sealed record Outcome(int Seed, string? Broken, TimeSpan At, long Steps, Tally Tally);

/// <summary>One run: all that its seed lets go wrong, then peace, in which everything has to come right.</summary>
internal static class Run
{
    private static readonly TimeSpan SettleWithin = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan SettledFor = TimeSpan.FromSeconds(3);

    public static Outcome Play(int seed, TextWriter? trace = null)
    {
        var draws = new Chance(seed);
        var hosts = draws.Once(0.05) ? draws.Between(9, 16) : draws.Between(3, 6);
        var isTight = draws.Once(0.2);
        var cpu = new MilliCpu(isTight ? 2500 : draws.Between(4000, 8000));
        var capacity = new Resources(cpu, Bytes.FromMebibytes(8192), 4096);
        var stage = new Stage(draws.Next(int.MaxValue), hosts, capacity, trace);
        try
        {
            Play(stage, draws, isTight);
            return new Outcome(seed, null, stage.Timeline.Elapsed, stage.Timeline.Steps, stage.Tally);
        }
        catch (BrokenRuleException broken)
        {
            stage.Trace.Say($"broken: {broken.Message}");
            return new Outcome(seed, broken.Message, stage.Timeline.Elapsed, stage.Timeline.Steps, stage.Tally);
        }
    }

    private static void Play(Stage stage, Chance draws, bool isTight)
    {
        var client = new Client(stage);
        var operators = new Operators(stage, new Chance(draws.Next(int.MaxValue)), client);
        var misfortunes = new Misfortunes(stage, new Chance(draws.Next(int.MaxValue)));
        var until = draws.Seconds(20, 80);
        stage.Start();
        operators.Work(until);
        stage.Timeline.After(draws.Seconds(0, 8), () => misfortunes.Begin(until));
        Pass(stage, until);

        stage.Trace.Say($"all is healed");
        misfortunes.Heal();
        if (isTight) operators.MakeRoom();
        stage.Timeline.After(TimeSpan.FromSeconds(30), operators.Look);
        Settle(stage, client);
    }

    /// <summary>Waits until all is as it shall be, and stays so.</summary>
    private static void Settle(Stage stage, Client client)
    {
        var deadline = stage.Timeline.Elapsed + SettleWithin;
        var since = TimeSpan.MaxValue;
        while (true)
        {
            Pass(stage, stage.Timeline.Elapsed + TimeSpan.FromSeconds(0.5));
            var problem = client.Open > 0 ? $"{client.Open} requests have no answer" : Quiet.Problem(stage);
            var now = stage.Timeline.Elapsed;
            if (problem is not null) since = TimeSpan.MaxValue;
            else if (since == TimeSpan.MaxValue) since = now;
            else if (now - since >= SettledFor) return;

            if (now >= deadline) throw new BrokenRuleException($"not settled after {SettleWithin}: {problem}");
        }
    }

    private static void Pass(Stage stage, TimeSpan until)
    {
        while (stage.Timeline.Step(until))
        {
        }
    }
}
