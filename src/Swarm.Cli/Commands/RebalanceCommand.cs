using System.CommandLine;
using System.Text.Json.Nodes;
using Swarm.Core.Placement;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm rebalance</c></summary>
internal static class RebalanceCommand
{
    private static readonly Option<bool> DryRun =
        new("--dry-run") { Description = "Only show what would be moved." };
    private static readonly Option<string> Pool = new("--pool")
    {
        Description = "The pool of nodes.",
        DefaultValueFactory = _ => "default",
        HelpName = "POOL",
    };

    public static Command Build(SharedOptions shared, Examples examples)
    {
        var command = new Command(
            "rebalance", "Even out the load of nodes by moving tasks, one at a time, as their services allow.")
        {
            DryRun, Pool,
        };
        command.SetAction((parsed, cancellation) => RunAsync(shared, parsed, cancellation));
        examples.Add(command, "swarm rebalance --dry-run", "swarm rebalance --pool gpu");
        return command;
    }

    private static async Task<int> RunAsync(SharedOptions shared, ParseResult parsed, CancellationToken cancellation)
    {
        var printer = shared.Printer(parsed);
        var dryRun = parsed.GetValue(DryRun);
        var client = shared.Connect(parsed);
        var plan = await client.RebalanceAsync(parsed.GetValue(Pool)!, dryRun, cancellation);
        var nodes = await TaskRow.NodeNamesAsync(client, cancellation);
        if (printer.IsJson)
        {
            printer.Json(new JsonObject
            {
                ["dryRun"] = dryRun,
                ["reason"] = plan.Reason,
                ["moves"] = new JsonArray([.. plan.Moves.Select(Json)]),
            });
        }
        else if (plan.Moves.IsEmpty)
        {
            printer.Say($"nothing to move: {plan.Reason}");
        }
        else
        {
            printer.Rows(["SERVICE", "TASK", "FROM", "TO", "REASON"], plan.Moves, Row, Json);
            printer.Say(dryRun
                ? $"{plan.Moves.Length} to move"
                : $"{plan.Moves.Length} being moved, one after the other: see 'swarm ps'");
        }

        return ExitCode.Ok;

        string[] Row(RebalanceMove move) =>
        [
            move.Service.Value, move.Task.Value, nodes.GetValueOrDefault(move.From, move.From.Value),
            nodes.GetValueOrDefault(move.To, move.To.Value), move.Reason,
        ];

        JsonNode Json(RebalanceMove move) => new JsonObject
        {
            ["service"] = move.Service.Value,
            ["task"] = move.Task.Value,
            ["from"] = move.From.Value,
            ["fromName"] = nodes.GetValueOrDefault(move.From),
            ["to"] = move.To.Value,
            ["toName"] = nodes.GetValueOrDefault(move.To),
            ["reason"] = move.Reason,
        };
    }
}
