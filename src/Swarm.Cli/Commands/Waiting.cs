using Spectre.Console;
using Swarm.Client;
using Swarm.Cli.Output;
using Swarm.Core;

namespace Swarm.Cli.Commands;

/// <summary>Waits for services, and shows how far they are.</summary>
internal sealed class Waiting(SwarmClient client, Printer printer, Surroundings surroundings)
{
    /// <summary>What ran before will do as well as what was deployed last.</summary>
    public bool AcceptsRollback { get; init; }

    /// <returns>The services that did not get there.</returns>
    public async Task<IReadOnlyList<string>> ForAllAsync(
        IReadOnlyList<ServiceName> services, TimeSpan limit, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(limit, surroundings.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var last = new ServiceProgress?[services.Count];
        try
        {
            if (surroundings.IsTerminal && !printer.IsJson) await LiveAsync(services, last, either.Token);
            else await Task.WhenAll(
                services.Select((service, i) => OneAsync(service, last, i, either.Token)));
        }
        catch (OperationCanceledException)
            when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            printer.Warn($"not all tasks run after {limit.TotalSeconds:0} s; the services stay as they are");
        }

        var failed = new List<string>();
        for (var i = 0; i < services.Count; i++)
        {
            if (last[i] is { Outcome: ProgressOutcome.Reached }) continue;
            failed.Add(services[i].Value);
            printer.Warn(Line(services[i], last[i]));
        }

        return failed;
    }

    public static string Line(ServiceName service, ServiceProgress? progress) => progress is null
        ? $"{service}: no answer yet"
        : $"{service}: {Counts(progress)}"
            + (progress.Outcome == ProgressOutcome.Failed
                ? progress.IsUpdating ? ", failed" : " failed"
                : progress.Outcome == ProgressOutcome.Reached ? progress.ExitCode is null ? " running" : " done" : "")
            + (progress.Reasons.IsEmpty || progress.Outcome == ProgressOutcome.Reached
                ? ""
                : ": " + string.Join("; ", progress.Reasons));

    /// <summary>During an update both are told: what serves, and how much of it is new.</summary>
    private static string Counts(ServiceProgress progress) => progress.IsUpdating
        ? $"{progress.Running}/{progress.Wanted} running, {progress.Done}/{progress.Wanted} updated"
        : $"{progress.Done}/{progress.Wanted}";

    private async Task OneAsync(
        ServiceName service, ServiceProgress?[] last, int index, CancellationToken cancellation)
    {
        var said = "";
        await client.WaitAsync(service, Show, AcceptsRollback, cancellation: cancellation);

        void Show(ServiceProgress now)
        {
            last[index] = now;
            var line = Line(service, now);
            if (line == said || IsAboutToRun(now)) return;
            said = line;
            printer.Say(line);
        }
    }

    /// <summary>All run, and are only watched for a moment more.</summary>
    private static bool IsAboutToRun(ServiceProgress now) =>
        now is { Outcome: ProgressOutcome.Waiting, IsUpdating: false, Wanted: > 0 } && now.Done >= now.Wanted;

    private async Task LiveAsync(
        IReadOnlyList<ServiceName> services, ServiceProgress?[] last, CancellationToken cancellation)
    {
        await AnsiConsole.Live(Picture(services, last)).StartAsync(async live =>
            await Task.WhenAll(services.Select((service, i) => client.WaitAsync(
                service,
                now =>
                {
                    lock (last)
                    {
                        last[i] = now;
                        live.UpdateTarget(Picture(services, last));
                    }
                },
                AcceptsRollback, cancellation: cancellation))));
    }

    private static Grid Picture(IReadOnlyList<ServiceName> services, ServiceProgress?[] last)
    {
        var grid = new Grid().AddColumn().AddColumn().AddColumn();
        for (var i = 0; i < services.Count; i++)
        {
            var (progress, sign) = (last[i], last[i]?.Outcome switch
            {
                ProgressOutcome.Reached => "[green]✓[/]",
                ProgressOutcome.Failed => "[red]✗[/]",
                _ => "[yellow]…[/]",
            });
            grid.AddRow(
                $"{sign} {Markup.Escape(services[i].Value)}",
                progress is null ? "" : Counts(progress),
                progress is null or { Outcome: ProgressOutcome.Reached }
                    ? ""
                    : Markup.Escape(string.Join("; ", progress.Reasons)));
        }

        return grid;
    }
}
