using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using Swarm.Client;
using Swarm.Client.Compose;
using Swarm.Cli.Output;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm nodes</c> and <c>swarm node</c>: what is known of nodes, and what operators set.</summary>
internal static class NodeCommands
{
    private static readonly Argument<string> Node =
        new("NODE") { Description = "Name of the node, or the beginning of its id." };

    private static readonly Option<string?> Availability = new("--availability")
    {
        Description = "active takes tasks, pause only keeps what it has, drain gives that up too.",
        HelpName = "active|pause|drain",
    };

    private static readonly Option<string[]> LabelAdd = new("--label-add")
    {
        Description = "Set a label, over the node's own configuration.",
        HelpName = "KEY=VALUE",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string[]> LabelRemove = new("--label-rm")
    {
        Description = "Take a label back that was set so.",
        HelpName = "KEY",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> ReserveCpu = new("--reserve-cpu")
    {
        Description = "Processors kept back for the system.",
        HelpName = "CPUS",
    };

    private static readonly Option<string?> ReserveMemory = new("--reserve-memory")
    {
        Description = "Memory kept back for the system.",
        HelpName = "SIZE",
    };

    private static readonly Option<bool> ReserveDefault = new("--reserve-default")
    {
        Description = "Keep back for the system what the node's configuration says.",
    };

    public static Command Nodes(SharedOptions shared, Examples examples) => List(
        "nodes", shared, examples, "swarm nodes");

    public static Command Build(SharedOptions shared, Examples examples) => new(
        "node", "Look at nodes, and change what operators set for them.")
    {
        List("ls", shared, examples, "swarm node ls"), Inspect(shared, examples), Update(shared, examples),
        Remove(shared, examples),
    };

    private static Command List(string name, SharedOptions shared, Examples examples, string example)
    {
        var command = new Command(name, "List the nodes.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var client = shared.Connect(parsed);
            var nodes = await client.GetNodesAsync(cancellation);
            shared.Printer(parsed).Rows(
                ["NAME", "ID", "STATE", "AVAILABILITY", "TASKS", "CPUS", "MEMORY", "ADDRESS"],
                nodes.OrderBy(node => node.Node.Name, StringComparer.Ordinal), NodeViews.Row, NodeViews.Json);
            return ExitCode.Ok;
        });
        examples.Add(command, example);
        return command;
    }

    private static Command Inspect(SharedOptions shared, Examples examples)
    {
        var command = new Command("inspect", "Show all that is known of a node, in JSON.") { Node };
        command.SetAction(async (parsed, cancellation) =>
        {
            var client = shared.Connect(parsed);
            var listed = await FindAsync(client, parsed.GetValue(Node)!, cancellation);
            var details = await client.GetNodeAsync(listed.Node.Id, cancellation);
            var json = NodeViews.Json(listed, details);
            if (details.Settings.Availability == NodeAvailability.Drain)
                json["staying"] = await StayingAsync(client, listed.Node.Id, cancellation);
            shared.Printer(parsed).Json(json);
            return ExitCode.Ok;
        });
        examples.Add(command, "swarm node inspect host1");
        return command;
    }

    /// <summary>The tasks that a drained node still has, and why.</summary>
    private static async Task<JsonArray> StayingAsync(
        SwarmClient client, NodeId node, CancellationToken cancellation)
    {
        var staying = new JsonArray();
        foreach (var listing in await client.GetServicesAsync(cancellation))
        {
            var service = await client.GetServiceAsync(listing.Name, cancellation);
            foreach (var task in service.Tasks.Where(task => task.Node == node && task.State < TaskState.Complete))
                staying.Add(TaskViews.Staying(listing.Name, task));
        }

        return staying;
    }

    private static Command Update(SharedOptions shared, Examples examples)
    {
        var command = new Command("update", "Change what operators set for a node.")
        {
            Node, Availability, LabelAdd, LabelRemove, ReserveCpu, ReserveMemory, ReserveDefault,
        };
        Availability.AcceptOnlyFromAmong("active", "pause", "drain");
        command.SetAction(async (parsed, cancellation) =>
        {
            var change = ReadChange(parsed);
            var client = shared.Connect(parsed);
            var listed = await FindAsync(client, parsed.GetValue(Node)!, cancellation);
            change = change with { SystemReserved = Reserved(parsed, listed.Settings.SystemReserved) };
            var settings = await client.UpdateNodeAsync(listed.Node.Id, change, cancellation);
            var printer = shared.Printer(parsed);
            if (printer.IsJson) printer.Json(NodeViews.Json(listed with { Settings = settings }));
            printer.Say($"{listed.Node.Name}: {NodeViews.Describe(settings)}");
            return ExitCode.Ok;
        });
        examples.Add(command, "swarm node update host1 --availability drain",
            "swarm node update host1 --label-add zone=a --label-rm rack --reserve-cpu 0.5 --reserve-memory 512m");
        return command;
    }

    private static Command Remove(SharedOptions shared, Examples examples)
    {
        var command = new Command("remove", "Forget a node that does not come back.") { Node };
        command.Aliases.Add("rm");
        command.SetAction(async (parsed, cancellation) =>
        {
            var client = shared.Connect(parsed);
            var listed = await FindAsync(client, parsed.GetValue(Node)!, cancellation);
            await client.RemoveNodeAsync(listed.Node.Id, cancellation);
            var printer = shared.Printer(parsed);
            if (printer.IsJson) printer.Json(NodeViews.Json(listed));
            printer.Say($"{listed.Node.Name}: removed");
            return ExitCode.Ok;
        });
        examples.Add(command, "swarm node remove host3");
        return command;
    }

    /// <exception cref="FormatException">Several nodes, or nothing to change.</exception>
    /// <exception cref="SwarmRefusedException">No such node.</exception>
    private static async Task<NodeListing> FindAsync(SwarmClient client, string text, CancellationToken cancellation)
    {
        var nodes = await client.GetNodesAsync(cancellation);
        var found = nodes.Where(node => node.Node.Id.Value == text).ToList();
        if (found.Count == 0) found = [.. nodes.Where(node => node.Node.Name == text)];
        if (found.Count == 0)
            found = [.. nodes.Where(node => node.Node.Id.Value.StartsWith(text, StringComparison.Ordinal))];
        return found switch
        {
            [var one] => one,
            [] => throw new SwarmRefusedException($"there is no node {text}", notFound: true),
            _ => throw new FormatException($"'{text}' may be any of "
                + string.Join(", ", found.Select(node => $"{node.Node.Name} ({node.Node.Id})"))
                + ": give more of the id"),
        };
    }

    private static NodeChange ReadChange(ParseResult parsed)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var text in parsed.GetValue(LabelAdd) ?? [])
        {
            var split = text.IndexOf('=', StringComparison.Ordinal);
            if (split <= 0) throw new FormatException($"--label-add: '{text}' is not KEY=VALUE");
            labels[text[..split]] = text[(split + 1)..];
        }

        var change = new NodeChange
        {
            Availability = parsed.GetValue(Availability) switch
            {
                "active" => NodeAvailability.Active,
                "pause" => NodeAvailability.Pause,
                "drain" => NodeAvailability.Drain,
                _ => null,
            },
            SetLabels = labels.ToImmutable(),
            RemoveLabels = [.. parsed.GetValue(LabelRemove) ?? []],
            ClearSystemReserved = parsed.GetValue(ReserveDefault),
        };
        if (change.ClearSystemReserved && (parsed.GetValue(ReserveCpu) ?? parsed.GetValue(ReserveMemory)) is not null)
        {
            throw new FormatException(
                "--reserve-default takes back what --reserve-cpu and --reserve-memory set: not both");
        }

        return change is
        {
            Availability: null, SetLabels.IsEmpty: true, RemoveLabels.IsEmpty: true, ClearSystemReserved: false,
        }
            && parsed.GetValue(ReserveCpu) is null && parsed.GetValue(ReserveMemory) is null
            ? throw new FormatException("nothing to change was given: see 'swarm node update --help'")
            : change;
    }

    /// <remarks>Both are set together: what the node's configuration says of the other one is not known here.</remarks>
    private static Resources? Reserved(ParseResult parsed, Resources? before)
    {
        var (cpu, memory) = (parsed.GetValue(ReserveCpu), parsed.GetValue(ReserveMemory));
        if (cpu is null && memory is null) return null;
        if (before is null && (cpu is null || memory is null))
            throw new FormatException("--reserve-cpu and --reserve-memory are given together the first time");
        var kept = before ?? Resources.None;
        return kept with
        {
            Cpu = cpu is null ? kept.Cpu : ComposeFormats.Cpus(cpu)
                ?? throw new FormatException($"--reserve-cpu: '{cpu}' is not a number of processors, as 0.5"),
            Memory = memory is null ? kept.Memory : ComposeFormats.Size(memory)
                ?? throw new FormatException($"--reserve-memory: '{memory}' is not a size; write it as 512m or 2gb"),
        };
    }
}
