using System.Collections;
using Swarm.Cli;

var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
var surroundings = new Surroundings(Console.Out, Console.Error, Console.OpenStandardInput, environment)
{
    IsTerminal = !Console.IsOutputRedirected,
    EndsWithProcess = true,
};
var code = await Application.RunAsync(args, surroundings);
await surroundings.Out.FlushAsync();

// The threads of the actor system would keep the process until it is shut down.
Environment.Exit(code);
