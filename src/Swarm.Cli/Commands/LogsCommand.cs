using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using Swarm.Client;
using Swarm.Core;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm logs</c></summary>
internal static class LogsCommand
{
    private static readonly Argument<string> Service = new("SERVICE") { Description = "Name of the service." };
    private static readonly Option<bool> Follow =
        new("--follow", "-f") { Description = "Go on with new lines until interrupted." };
    private static readonly Option<int?> Tail = new("--tail", "-n")
    {
        Description = "Only the last so many lines of each task.",
        HelpName = "N",
        CustomParser = ReadTail,
    };

    private static readonly Option<bool> Timestamps =
        new("--timestamps", "-t") { Description = "Show when each line was written." };

    public static Command Build(SharedOptions shared, Examples examples)
    {
        var command =
            new Command("logs", "Show what the tasks of a service have written.") { Service, Follow, Tail, Timestamps };
        command.SetAction((parsed, cancellation) => RunAsync(shared, parsed, cancellation));
        examples.Add(command, "swarm logs hello_web", "swarm logs -f --tail 20 hello_web");
        return command;
    }

    private static int? ReadTail(ArgumentResult given)
    {
        var text = given.Tokens[^1].Value;
        var isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var lines);
        if (isNumber && lines >= 0) return lines;
        given.AddError(lines < 0 ? "--tail must not be negative" : $"--tail: '{text}' is not a number of lines");
        return null;
    }

    private static async Task<int> RunAsync(SharedOptions shared, ParseResult parsed, CancellationToken cancellation)
    {
        var printer = shared.Printer(parsed);
        var timestamps = parsed.GetValue(Timestamps);
        var client = shared.Connect(parsed);
        var lines = client.ReadLogsAsync(
            new ServiceName(parsed.GetValue(Service)!), parsed.GetValue(Tail), parsed.GetValue(Follow), printer.Warn,
            cancellation);
        await foreach (var line in lines)
        {
            var at = line.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
            if (printer.IsJson)
            {
                printer.JsonLine(new JsonObject
                {
                    ["task"] = line.Task.Value,
                    ["slot"] = line.Slot,
                    ["at"] = at,
                    ["stream"] = line.IsError ? "stderr" : "stdout",
                    ["text"] = line.Text,
                });
                continue;
            }

            var output = line.IsError ? shared.Surroundings.Error : shared.Surroundings.Out;
            await output.WriteLineAsync($"{(timestamps ? at + " " : "")}{line.Slot}| {line.Text}");
        }

        return ExitCode.Ok;
    }
}
