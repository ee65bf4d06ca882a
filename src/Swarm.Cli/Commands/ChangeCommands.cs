using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Swarm.Core;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm scale</c> and <c>swarm remove</c></summary>
internal static class ChangeCommands
{
    private static readonly Argument<string[]> Scales =
        new("SERVICE=N") { Description = "Services and their replicas.", Arity = ArgumentArity.OneOrMore };
    private static readonly Argument<string[]> Names =
        new("NAME") { Description = "Services or stacks.", Arity = ArgumentArity.OneOrMore };

    public static Command Scale(SharedOptions shared, Examples examples)
    {
        var command = new Command("scale", "Change how many replicas services have.") { Scales };
        command.SetAction(async (parsed, cancellation) =>
        {
            var printer = shared.Printer(parsed);
            var wanted = parsed.GetValue(Scales)!.Select(ParseScale).ToList();
            var client = shared.Connect(parsed);
            var done = new JsonArray();
            foreach (var (service, replicas) in wanted)
            {
                var answer = await client.ScaleAsync(service, replicas, cancellation);
                printer.Say($"{service}: {replicas} replicas{(answer.Changed ? "" : ", unchanged")}");
                JsonNode line = new JsonObject
                {
                    ["name"] = service.Value,
                    ["replicas"] = replicas,
                    ["changed"] = answer.Changed,
                };
                done.Add(line);
            }

            if (printer.IsJson) printer.Json(done);
            return ExitCode.Ok;
        });
        examples.Add(command, "swarm scale hello_web=5", "swarm scale shop_web=3 shop_worker=10");
        return command;
    }

    public static Command Remove(SharedOptions shared, Examples examples)
    {
        var command = new Command("remove", "Stop and forget services, or all services of a stack.") { Names };
        command.Aliases.Add("rm");
        command.SetAction(async (parsed, cancellation) =>
        {
            var printer = shared.Printer(parsed);
            var client = shared.Connect(parsed);
            var all = await client.GetServicesAsync(cancellation);
            var done = new JsonArray();
            foreach (var name in parsed.GetValue(Names)!.Distinct())
            {
                var ofStack = all.Where(service => service.Stack == name).Select(service => service.Name).ToList();
                var isService = ofStack.Count == 0 || all.Any(service => service.Name.Value == name);
                foreach (var service in isService ? [new ServiceName(name)] : ofStack)
                {
                    await client.RemoveAsync(service, cancellation);
                    printer.Say(isService ? $"{service}: removed" : $"{service}: removed (of the stack {name})");
                    JsonNode line = new JsonObject { ["name"] = service.Value, ["stack"] = isService ? null : name };
                    done.Add(line);
                }
            }

            if (printer.IsJson) printer.Json(new JsonObject { ["removed"] = done });
            return ExitCode.Ok;
        });
        examples.Add(command, "swarm remove hello_web", "swarm remove hello");
        return command;
    }

    private static (ServiceName Service, int Replicas) ParseScale(string text)
    {
        var split = text.LastIndexOf('=');
        return split > 0
            && int.TryParse(text[(split + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var replicas)
            ? (new ServiceName(text[..split]), replicas)
            : throw new FormatException($"'{text}' is not SERVICE=N");
    }
}
