using System.Text.Json.Nodes;
using Swarm.Core.Services;

namespace Swarm.Cli.Output;

/// <summary>The runs of a periodic job.</summary>
internal static class RunViews
{
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(1);

    public static string[] Row(JobRun run) =>
    [
        $"{run.Number}", Texts.ShortTime(run.DueAt),
        run.EndedAt is { } ended ? $"ended after {Texts.Ago(ended - run.StartedAt)}" : "running",
        run.ExitCode is { } code ? $"{code}" : "", string.Join("; ", Remarks(run)),
    ];

    private static IEnumerable<string> Remarks(JobRun run)
    {
        if (run.Reason.Length > 0) yield return run.Reason;
        if (run.AskedFor) yield return "asked for";
        if (run.StartedAt - run.DueAt > Late) yield return $"begun {Texts.Ago(run.StartedAt - run.DueAt)} late";
        if (run.LeftOut > 0) yield return $"times left out meanwhile: {run.LeftOut}";
    }

    public static JsonNode Json(JobRun run) => new JsonObject
    {
        ["number"] = run.Number,
        ["dueAt"] = Texts.Time(run.DueAt),
        ["startedAt"] = Texts.Time(run.StartedAt),
        ["endedAt"] = run.EndedAt is { } ended ? Texts.Time(ended) : null,
        ["exitCode"] = run.ExitCode,
        ["reason"] = run.Reason,
        ["leftOut"] = run.LeftOut,
        ["askedFor"] = run.AskedFor,
    };
}
