using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm scale</c></summary>
internal static class ScaleCommand
{
    private static readonly Argument<string[]> Scales =
        new("SERVICE=N") { Description = "Services and their replicas.", Arity = ArgumentArity.OneOrMore };

    public static Command Build(SharedOptions shared, Examples examples)
    {
        var command = new Command("scale", "Change how many replicas services have, and wait until they run.")
        {
            Scales, WaitOptions.Detach, WaitOptions.Limit,
        };
        command.SetAction((parsed, cancellation) => RunAsync(shared, parsed, cancellation));
        examples.Add(command, "swarm scale hello_web=5", "swarm scale shop_web=3 shop_worker=10 --detach");
        return command;
    }

    private static async Task<int> RunAsync(SharedOptions shared, ParseResult parsed, CancellationToken cancellation)
    {
        var printer = shared.Printer(parsed);
        var limit = WaitOptions.Read(parsed);
        var wanted = parsed.GetValue(Scales)!.Select(Parse).ToList();
        var client = shared.Connect(parsed);
        var answers = new List<ServiceAccepted>();
        foreach (var (service, replicas) in wanted)
        {
            answers.Add(await client.ScaleAsync(service, replicas, cancellation));
            printer.Say($"{service}: {replicas} replicas{(answers[^1].Changed ? "" : ", unchanged")}");
        }

        var failed = await shared.WaitAsync(
            client, printer, [.. wanted.Select(one => one.Service).Distinct()], limit, cancellation);
        if (printer.IsJson)
        {
            printer.Json(new JsonArray([.. wanted.Zip(answers, (one, answer) => new JsonObject
            {
                ["name"] = one.Service.Value,
                ["replicas"] = one.Replicas,
                ["changed"] = answer.Changed,
                ["failed"] = failed.Contains(one.Service.Value),
            })]));
        }

        return failed.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static (ServiceName Service, int Replicas) Parse(string text)
    {
        var split = text.LastIndexOf('=');
        return split > 0
            && int.TryParse(text[(split + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var replicas)
            ? (new ServiceName(text[..split]), replicas)
            : throw new FormatException($"'{text}' is not SERVICE=N");
    }
}
