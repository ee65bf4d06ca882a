using System.CommandLine;
using System.Text.Json.Nodes;
using Swarm.Core;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm remove</c></summary>
internal static class RemoveCommand
{
    private static readonly Argument<string[]> Names =
        new("NAME") { Description = "Services or stacks.", Arity = ArgumentArity.OneOrMore };

    public static Command Build(SharedOptions shared, Examples examples)
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
}
