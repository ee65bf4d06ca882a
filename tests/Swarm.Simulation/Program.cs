using System.CommandLine;
using Swarm.Simulation;

// The command line; what tests run is in SimulationTests. Told in docs/simulation.md.
var seeds = new Option<int>("--seeds")
{
    Description = "how many seeds to run, one after another",
    DefaultValueFactory = _ => 300,
};
var from = new Option<int>("--from") { Description = "the first of them", DefaultValueFactory = _ => 1 };
var seed = new Option<int?>("--seed") { Description = "run this one only, and tell all that happens" };
var command = new RootCommand("Swarm in virtual time: many hosts, one thread, and everything that can go wrong")
{
    seeds, from, seed,
};
command.SetAction(asked => asked.GetValue(seed) is { } one
    ? Runner.Replay(one, Console.Out)
    : Runner.RunMany(asked.GetValue(from), asked.GetValue(seeds), Console.Out));
return command.Parse(args).Invoke();
