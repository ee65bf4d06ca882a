using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using Swarm.Client;
using Swarm.Client.Compose;
using Swarm.Client.Registries;
using Swarm.Cli.Output;
using Swarm.Core.Images;
using Swarm.Core.Services;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm deploy</c></summary>
internal static class DeployCommand
{
    private static readonly Option<string> File =
        new("--file", "-f") { Description = "The Compose file.", Required = true, HelpName = "FILE" };
    private static readonly Argument<string?> Name = new("NAME")
    {
        Description = "Of the stack; else as the file says, else its folder.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Prune =
        new("--prune") { Description = "Remove services of the stack that the file no longer has." };
    private static readonly Option<bool> WithRegistryAuth = new("--with-registry-auth")
    {
        Description = "Send what 'docker login' keeps for the registries of the images along.",
    };

    public static Command Build(SharedOptions shared, Examples examples)
    {
        var command = new Command("deploy", "Make the services of a Compose file run, and wait until they do.")
        {
            File, Name, Prune, WithRegistryAuth, WaitOptions.Detach, WaitOptions.Limit
        };
        command.SetAction((parsed, cancellation) => RunAsync(shared, parsed, cancellation));
        examples.Add(command, "swarm deploy -f compose.yml", "swarm deploy -f compose.yml shop --prune",
            "swarm deploy -f compose.yml --detach");
        return command;
    }

    private static async Task<int> RunAsync(SharedOptions shared, ParseResult parsed, CancellationToken cancellation)
    {
        var printer = shared.Printer(parsed);
        var limit = WaitOptions.Read(parsed);
        var name = parsed.GetValue(Name);
        var stack = ComposeFile.Load(parsed.GetValue(File)!, name, shared.Surroundings.Environment);
        foreach (var warning in stack.Warnings) printer.Warn(warning);

        if (parsed.GetValue(WithRegistryAuth))
            stack = await WithCredentialsAsync(stack, shared.Surroundings.Environment, cancellation);
        var client = shared.Connect(parsed);
        var accepted = new List<ServiceAccepted>();
        foreach (var service in stack.Services)
        {
            accepted.Add(await client.DeployAsync(service, cancellation));
            printer.Say(
                $"{service.Name}: {(accepted[^1].Changed ? "accepted" : "unchanged")}, version {accepted[^1].Version}"
                    + (service.Job.Schedule is { } schedule
                        ? $", runs by its schedule: {Texts.Schedule(schedule)}" : ""));
        }

        var removed = parsed.GetValue(Prune) ? await PruneAsync(client, stack, printer, cancellation) : [];
        var failed = await shared.WaitAsync(
            client, printer,
            [.. stack.Services.Where(service => service.Job.Schedule is null).Select(service => service.Name)],
            limit, cancellation);
        if (printer.IsJson)
        {
            printer.Json(new JsonObject
            {
                ["stack"] = stack.Name,
                ["services"] = new JsonArray([.. accepted.Select(one => new JsonObject
                {
                    ["name"] = one.Service.Value, ["version"] = one.Version, ["changed"] = one.Changed,
                })]),
                ["removed"] = new JsonArray([.. removed.Select(one => JsonValue.Create(one))]),
                ["failed"] = new JsonArray([.. failed.Select(one => JsonValue.Create(one))]),
            });
        }

        return failed.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<ComposeStack> WithCredentialsAsync(
        ComposeStack stack, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        var logins = DockerLogins.Load(environment);
        var services = ImmutableArray.CreateBuilder<ServiceSpec>();
        foreach (var service in stack.Services)
        {
            var registry = ImageReference.Parse(service.Container.Image).Registry;
            services.Add(service with { Credentials = await logins.FindAsync(registry, cancellation) });
        }

        return stack with { Services = services.ToImmutable() };
    }

    private static async Task<List<string>> PruneAsync(
        SwarmClient client, ComposeStack stack, Printer printer, CancellationToken cancellation)
    {
        var removed = new List<string>();
        foreach (var old in await client.GetServicesAsync(cancellation))
        {
            if (old.Stack != stack.Name || stack.Services.Any(service => service.Name == old.Name)) continue;
            await client.RemoveAsync(old.Name, cancellation);
            removed.Add(old.Name.Value);
            printer.Say($"{old.Name}: removed");
        }

        return removed;
    }
}
