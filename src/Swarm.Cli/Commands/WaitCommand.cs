using System.CommandLine;
using System.Text.Json.Nodes;
using Swarm.Client;
using Swarm.Core;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm wait</c></summary>
internal static class WaitCommand
{
    private static readonly Argument<string> Service = new("SERVICE") { Description = "Name of the service." };
    private static readonly Option<string?> Limit =
        new("--wait-limit") { Description = "Give up after so long.", HelpName = "DURATION" };

    public static Command Build(SharedOptions shared, Examples examples)
    {
        var command = new Command("wait",
            "Wait until all tasks of a service run, or a job has ended; a job's exit code becomes that of the command.")
        {
            Service, Limit,
        };
        command.SetAction((parsed, cancellation) => RunAsync(shared, parsed, cancellation));
        examples.Add(command, "swarm wait hello_web", "swarm wait job_count --wait-limit 10m && echo done");
        return command;
    }

    private static async Task<int> RunAsync(SharedOptions shared, ParseResult parsed, CancellationToken cancellation)
    {
        var printer = shared.Printer(parsed);
        var service = new ServiceName(parsed.GetValue(Service)!);
        using var deadline = parsed.GetValue(Limit) is { } text
            ? new CancellationTokenSource(SharedOptions.Duration("--wait-limit", text), shared.Surroundings.Time)
            : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        ServiceProgress? last = null;
        var client = shared.Connect(parsed);
        try
        {
            last = await client.WaitAsync(
                service, now => last = now, acceptRollback: true, either.Token);
        }
        catch (OperationCanceledException)
            when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            printer.Warn("the time is up");
        }

        if (printer.IsJson)
        {
            printer.Json(new JsonObject
            {
                ["service"] = service.Value,
                ["outcome"] = (last?.Outcome ?? ProgressOutcome.Waiting).ToString().ToLowerInvariant(),
                ["done"] = last?.Done ?? 0,
                ["wanted"] = last?.Wanted ?? 0,
                ["running"] = last?.Running ?? 0,
                ["exitCode"] = last?.ExitCode,
                ["reasons"] = new JsonArray([.. (last?.Reasons ?? []).Select(reason => JsonValue.Create(reason))]),
            });
        }
        else
        {
            printer.Say(Waiting.Line(service, last));
        }

        return last?.ExitCode ?? (last?.Outcome == ProgressOutcome.Reached ? ExitCode.Ok : ExitCode.Failed);
    }
}
