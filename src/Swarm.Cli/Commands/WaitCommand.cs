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

    private static Task<int> RunAsync(SharedOptions shared, ParseResult parsed, CancellationToken cancellation) =>
        ForAsync(
            shared, parsed, shared.Connect(parsed), new ServiceName(parsed.GetValue(Service)!),
            parsed.GetValue(Limit), run: 0, cancellation);

    /// <param name="limit">How long to wait; null without end.</param>
    /// <param name="run">Of a periodic job: wait for this one; 0 for what <see cref="ServiceWait"/> chooses.</param>
    /// <returns>The exit code of the command.</returns>
    internal static async Task<int> ForAsync(
        SharedOptions shared, ParseResult parsed, SwarmClient client, ServiceName service, string? limit, long run,
        CancellationToken cancellation)
    {
        var printer = shared.Printer(parsed);
        using var deadline = limit is not null
            ? new CancellationTokenSource(SharedOptions.Duration("--wait-limit", limit), shared.Surroundings.Time)
            : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        ServiceProgress? last = null;
        try
        {
            last = await client.WaitAsync(service, now => last = now, acceptRollback: true, run, either.Token);
        }
        catch (OperationCanceledException)
            when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            printer.Warn("the time is up");
        }

        if (printer.IsJson) printer.Json(Json(service, last));
        else printer.Say(Waiting.Line(service, last));
        return last?.ExitCode ?? (last?.Outcome == ProgressOutcome.Reached ? ExitCode.Ok : ExitCode.Failed);
    }

    private static JsonObject Json(ServiceName service, ServiceProgress? last) => new()
    {
        ["service"] = service.Value,
        ["run"] = last is { Run: > 0 } ? last.Run : null,
        ["outcome"] = (last?.Outcome ?? ProgressOutcome.Waiting).ToString().ToLowerInvariant(),
        ["done"] = last?.Done ?? 0,
        ["wanted"] = last?.Wanted ?? 0,
        ["running"] = last?.Running ?? 0,
        ["exitCode"] = last?.ExitCode,
        ["reasons"] = new JsonArray([.. (last?.Reasons ?? []).Select(reason => JsonValue.Create(reason))]),
    };
}
