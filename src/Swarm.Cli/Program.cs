using System.Collections;
using Swarm.Cli;

var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
var surroundings = new Surroundings(Console.Out, Console.Error, Console.OpenStandardInput, environment)
{
    IsTerminal = !Console.IsOutputRedirected,
};
return await Application.RunAsync(args, surroundings);
