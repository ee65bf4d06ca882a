using System.CommandLine;
using Swarm.Client;
using Swarm.Cli.Output;
using Swarm.Core;

namespace Swarm.Cli.Commands;

/// <summary>The commands that only look: <c>services</c>, <c>ps</c>, <c>inspect</c>.</summary>
internal static class ServiceCommands
{
    private static readonly Argument<string?> Filter =
        new("SERVICE") { Description = "Only this service.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> Runs =
        new("--runs") { Description = "List the runs of a periodic job instead." };
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
        var command = new Command("ps", "List the tasks of one service, or of all.") { Filter, Runs };
        command.SetAction(async (parsed, cancellation) =>
        {
            var client = shared.Connect(parsed);
            if (parsed.GetValue(Runs)) return await RunsAsync(shared, client, parsed, cancellation);
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
        examples.Add(command, "swarm ps", "swarm ps hello_web --json", "swarm ps backup_job --runs");
        return command;
    }

    private static async Task<int> RunsAsync(
        SharedOptions shared, SwarmClient client, ParseResult parsed, CancellationToken cancellation)
    {
        var name = parsed.GetValue(Filter) ?? throw new FormatException("--runs needs the name of a periodic job");
        var service = await client.GetServiceAsync(new ServiceName(name), cancellation);
        if (service is not { Job: { } job, Spec.Job.Schedule: { } schedule })
            throw new FormatException($"{name} is not a periodic job: it has no runs");
        var printer = shared.Printer(parsed);
        printer.Rows(["RUN", "DUE", "STATE", "EXIT", "REASON"], job.Runs, RunViews.Row, RunViews.Json);
        printer.Say(schedule.Suspended ? "suspended: no run is due"
            : job.NextRun is { } next ? $"next run: {Texts.ShortTime(next)}"
            : $"no run is due: {job.Reason}");
        return ExitCode.Ok;
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
}
