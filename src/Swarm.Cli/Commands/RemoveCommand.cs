using System.CommandLine;
using System.Text.Json.Nodes;
using Swarm.Client;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm remove</c></summary>
internal static class RemoveCommand
{
    private static readonly Argument<string[]> Names =
        new("NAME") { Description = "Services or stacks.", Arity = ArgumentArity.OneOrMore };

    private static readonly Option<bool> Detach =
        new("--detach", "-d") { Description = "Do not wait until their tasks have ended." };
    private static readonly Option<string> Limit = new("--wait-limit")
    {
        Description = "How long to wait until their tasks have ended.",
        DefaultValueFactory = _ => "5m",
        HelpName = "DURATION",
    };

    public static Command Build(SharedOptions shared, Examples examples)
    {
        var command = new Command(
            "remove", "Stop and forget services, or all services of a stack, and wait until they are gone.")
        {
            Names, Detach, Limit,
        };
        command.Aliases.Add("rm");
        command.SetAction((parsed, cancellation) => RunAsync(shared, parsed, cancellation));
        examples.Add(command, "swarm remove hello_web", "swarm remove hello", "swarm remove hello --detach");
        return command;
    }

    private static async Task<int> RunAsync(SharedOptions shared, ParseResult parsed, CancellationToken cancellation)
    {
        var printer = shared.Printer(parsed);
        var limit = SharedOptions.Duration(Limit.Name, parsed.GetValue(Limit)!);
        var client = shared.Connect(parsed);
        var chosen = Choose(await client.GetServicesAsync(cancellation), parsed.GetValue(Names)!);
        foreach (var (service, _) in chosen) await client.RemoveAsync(service, cancellation);

        using var deadline = new CancellationTokenSource(limit, shared.Surroundings.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var done = new JsonArray();
        var isLate = false;
        foreach (var (service, stack) in chosen)
        {
            try
            {
                if (!parsed.GetValue(Detach)) await client.WaitUntilGoneAsync(service, either.Token);
                printer.Say(stack is null ? $"{service}: removed" : $"{service}: removed (of the stack {stack})");
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                isLate = true;
                printer.Warn($"{service}: some of its tasks have not ended after {limit.TotalSeconds:0} s; "
                    + "it goes when they have");
            }

            JsonNode line = new JsonObject { ["name"] = service.Value, ["stack"] = stack };
            done.Add(line);
        }

        if (printer.IsJson) printer.Json(new JsonObject { ["removed"] = done });
        return isLate ? ExitCode.Failed : ExitCode.Ok;
    }

    /// <summary>Services by their names, or those of stacks, which are told with them.</summary>
    private static List<(ServiceName Service, string? Stack)> Choose(
        IReadOnlyCollection<ServiceListing> all, IEnumerable<string> names)
    {
        var chosen = new List<(ServiceName, string?)>();
        foreach (var name in names.Distinct())
        {
            var ofStack = all.Where(service => service.Stack == name).Select(service => service.Name).ToList();
            if (ofStack.Count == 0 || all.Any(service => service.Name.Value == name))
                chosen.Add((new ServiceName(name), null));
            else
                chosen.AddRange(ofStack.Select(service => (service, (string?)name)));
        }

        return chosen;
    }
}
