using System.CommandLine;
using System.Text.Json.Nodes;
using Swarm.Core;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm rollback</c></summary>
internal static class RollbackCommand
{
    private static readonly Argument<string> Service = new("SERVICE") { Description = "Name of the service." };
    private static readonly Option<bool> Detach =
        new("--detach", "-d") { Description = "Do not wait until all tasks run." };
    private static readonly Option<string> Limit = new("--wait-limit")
    {
        Description = "How long to wait until all tasks run.",
        DefaultValueFactory = _ => "5m",
        HelpName = "DURATION",
    };

    public static Command Build(SharedOptions shared, Examples examples)
    {
        var command = new Command(
            "rollback", "Take a service back to its specification before, and wait until that runs.")
        {
            Service, Detach, Limit,
        };
        command.SetAction((parsed, cancellation) => RunAsync(shared, parsed, cancellation));
        examples.Add(command, "swarm rollback hello_web", "swarm rollback hello_web --detach");
        return command;
    }

    private static async Task<int> RunAsync(SharedOptions shared, ParseResult parsed, CancellationToken cancellation)
    {
        var printer = shared.Printer(parsed);
        var limit = SharedOptions.Duration("--wait-limit", parsed.GetValue(Limit)!);
        var service = new ServiceName(parsed.GetValue(Service)!);
        var client = shared.Connect(parsed);
        var accepted = await client.RollbackAsync(service, cancellation);
        printer.Say($"{service}: rolling back, version {accepted.Version}");
        var failed = parsed.GetValue(Detach) ? []
            : await new Waiting(client, printer, shared.Surroundings) { AcceptsRollback = true }
                .ForAllAsync([service], limit, cancellation);
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
