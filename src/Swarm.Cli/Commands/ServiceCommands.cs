using System.CommandLine;
using Swarm.Cli.Output;
using Swarm.Core;

namespace Swarm.Cli.Commands;

/// <summary>The commands that only look: <c>services</c>, <c>ps</c>, <c>inspect</c>, <c>nodes</c>.</summary>
internal static class ServiceCommands
{
    private static readonly Argument<string?> Filter =
        new("SERVICE") { Description = "Only this service.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> Service = new("SERVICE") { Description = "Name of the service." };

    public static Command Services(SharedOptions shared, Examples examples)
    {
        var command = new Command("services", "List the services.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var client = shared.Connect(parsed);
            var services = await client.GetServicesAsync(cancellation);
            shared.Printer(parsed).Rows(
                ["NAME", "STACK", "MODE", "RUNNING", "IMAGE", "PORTS"],
                services.OrderBy(service => service.Name.Value, StringComparer.Ordinal), ServiceViews.Row,
                ServiceViews.Json);
            return ExitCode.Ok;
        });
        examples.Add(command, "swarm services", "swarm services --json");
        return command;
    }

    public static Command Tasks(SharedOptions shared, Examples examples)
    {
        var command = new Command("ps", "List the tasks of one service, or of all.") { Filter };
        command.SetAction(async (parsed, cancellation) =>
        {
            var client = shared.Connect(parsed);
            var names = parsed.GetValue(Filter) is { } one ? [new ServiceName(one)]
                : (await client.GetServicesAsync(cancellation))
                    .Select(service => service.Name)
                    .OrderBy(name => name.Value, StringComparer.Ordinal)
                    .ToList();
            var nodes = await TaskRow.NodeNamesAsync(client, cancellation);
            var tasks = new List<TaskRow>();
            foreach (var name in names)
            {
                var details = await client.GetServiceAsync(name, cancellation);
                tasks.AddRange(details.Tasks.OrderBy(task => task.Slot).ThenByDescending(task => task.CreatedAt)
                    .Select(task => TaskRow.Of(details, task, nodes)));
            }

            var now = shared.Surroundings.Time.GetUtcNow();
            shared.Printer(parsed).Rows(
                ["NAME", "CONTAINER", "NODE", "DESIRED", "STATE", "REASON", "ADDRESS", "PORTS"], tasks,
                task => TaskViews.Row(task, now), TaskViews.Json);
            return ExitCode.Ok;
        });
        examples.Add(command, "swarm ps", "swarm ps hello_web --json");
        return command;
    }

    public static Command Inspect(SharedOptions shared, Examples examples)
    {
        var command = new Command("inspect", "Show all that is known of a service, in JSON.") { Service };
        command.SetAction(async (parsed, cancellation) =>
        {
            var client = shared.Connect(parsed);
            var service = await client.GetServiceAsync(new ServiceName(parsed.GetValue(Service)!), cancellation);
            var nodes = await TaskRow.NodeNamesAsync(client, cancellation);
            shared.Printer(parsed).Json(DetailViews.Json(service, nodes));
            return ExitCode.Ok;
        });
        examples.Add(command, "swarm inspect hello_web");
        return command;
    }

    public static Command Nodes(SharedOptions shared, Examples examples)
    {
        var command = new Command("nodes", "List the nodes.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var client = shared.Connect(parsed);
            var nodes = await client.GetNodesAsync(cancellation);
            shared.Printer(parsed).Rows(
                ["NAME", "ID", "STATE", "AVAILABILITY", "TASKS", "CPUS", "MEMORY", "ADDRESS"],
                nodes.OrderBy(node => node.Node.Name, StringComparer.Ordinal), NodeViews.Row, NodeViews.Json);
            return ExitCode.Ok;
        });
        examples.Add(command, "swarm nodes");
        return command;
    }
}
