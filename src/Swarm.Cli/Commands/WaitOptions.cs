using System.CommandLine;
using Swarm.Client;
using Swarm.Cli.Output;
using Swarm.Core;

namespace Swarm.Cli.Commands;

/// <summary>What commands have that change services and then wait for them.</summary>
internal static class WaitOptions
{
    public static readonly Option<bool> Detach =
        new("--detach", "-d") { Description = "Do not wait until all tasks run." };

    public static readonly Option<string> Limit = new("--wait-limit")
    {
        Description = "How long to wait until all tasks run.",
        DefaultValueFactory = _ => "5m",
        HelpName = "DURATION",
    };

    /// <summary>How long to wait; null for not at all.</summary>
    /// <exception cref="FormatException">It is no duration.</exception>
    public static TimeSpan? Read(ParseResult parsed)
    {
        var limit = SharedOptions.Duration(Limit.Name, parsed.GetValue(Limit)!);
        return parsed.GetValue(Detach) ? null : limit;
    }

    /// <param name="limit">As <see cref="Read"/> gave it.</param>
    /// <returns>The services that did not get there.</returns>
    public static async Task<IReadOnlyList<string>> WaitAsync(
        this SharedOptions shared, SwarmClient client, Printer printer, IReadOnlyList<ServiceName> services,
        TimeSpan? limit, CancellationToken cancellation, bool acceptsRollback = false) =>
        limit is { } time
            ? await new Waiting(client, printer, shared.Surroundings) { AcceptsRollback = acceptsRollback }
                .ForAllAsync(services, time, cancellation)
            : [];
}
