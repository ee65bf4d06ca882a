using System.CommandLine;
using System.Text.Json.Nodes;
using Swarm.Core;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm run</c></summary>
internal static class RunCommand
{
    private static readonly Argument<string> Job = new("JOB") { Description = "Name of the periodic job." };
    private static readonly Option<bool> Detach =
        new("--detach", "-d") { Description = "Do not wait until the run has ended." };
    private static readonly Option<string?> Limit =
        new("--wait-limit") { Description = "Give up waiting after so long.", HelpName = "DURATION" };

    public static Command Build(SharedOptions shared, Examples examples)
    {
        var command = new Command("run",
            "Begin a run of a periodic job now, and wait for it; its exit code becomes that of the command.")
        {
            Job, Detach, Limit,
        };
        command.SetAction((parsed, cancellation) => RunAsync(shared, parsed, cancellation));
        examples.Add(command, "swarm run shop_backup", "swarm run shop_backup --detach");
        return command;
    }

    private static async Task<int> RunAsync(SharedOptions shared, ParseResult parsed, CancellationToken cancellation)
    {
        var printer = shared.Printer(parsed);
        var job = new ServiceName(parsed.GetValue(Job)!);
        var client = shared.Connect(parsed);
        var begun = await client.RunAsync(job, cancellation);
        if (!parsed.GetValue(Detach))
        {
            printer.Say($"{job}: run {begun.Run} has begun");
            return await WaitCommand.ForAsync(
                shared, parsed, client, job, parsed.GetValue(Limit), begun.Run, cancellation);
        }

        if (printer.IsJson) printer.Json(new JsonObject { ["service"] = job.Value, ["run"] = begun.Run });
        else printer.Say($"{job}: run {begun.Run} has begun");
        return ExitCode.Ok;
    }
}
