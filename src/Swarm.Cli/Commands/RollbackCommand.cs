using System.CommandLine;
using System.Text.Json.Nodes;
using Swarm.Core;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm rollback</c></summary>
internal static class RollbackCommand
{
    private static readonly Argument<string> Service = new("SERVICE") { Description = "Name of the service." };

    public static Command Build(SharedOptions shared, Examples examples)
    {
        var command = new Command(
            "rollback", "Take a service back to its specification before, and wait until that runs.")
        {
            Service, WaitOptions.Detach, WaitOptions.Limit,
        };
        command.SetAction((parsed, cancellation) => RunAsync(shared, parsed, cancellation));
        examples.Add(command, "swarm rollback hello_web", "swarm rollback hello_web --detach");
        return command;
    }

    private static async Task<int> RunAsync(SharedOptions shared, ParseResult parsed, CancellationToken cancellation)
    {
        var printer = shared.Printer(parsed);
        var limit = WaitOptions.Read(parsed);
        var service = new ServiceName(parsed.GetValue(Service)!);
        var client = shared.Connect(parsed);
        var accepted = await client.RollbackAsync(service, cancellation);
        printer.Say($"{service}: rolling back, version {accepted.Version}");
        var failed = await shared.WaitAsync(
            client, printer, [service], limit, cancellation, acceptsRollback: true);
        if (printer.IsJson)
        {
            printer.Json(new JsonObject
            {
                ["name"] = service.Value,
                ["version"] = accepted.Version,
                ["changed"] = accepted.Changed,
                ["failed"] = failed.Count > 0,
            });
        }

        return failed.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}
