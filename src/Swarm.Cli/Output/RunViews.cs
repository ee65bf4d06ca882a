using System.Text.Json.Nodes;
using Swarm.Core.Services;

namespace Swarm.Cli.Output;

/// <summary>The runs of a periodic job.</summary>
internal static class RunViews
{
    public static string[] Row(JobRun run) =>
    [
        $"{run.Number}", Texts.Time(run.DueAt)[..19],
        run.EndedAt is { } ended ? $"ended after {Texts.Ago(ended - run.StartedAt)}" : "running",
        run.ExitCode is { } code ? $"{code}" : "", run.Reason,
    ];

    public static JsonNode Json(JobRun run) => new JsonObject
    {
        ["number"] = run.Number,
        ["dueAt"] = Texts.Time(run.DueAt),
        ["startedAt"] = Texts.Time(run.StartedAt),
        ["endedAt"] = run.EndedAt is { } ended ? Texts.Time(ended) : null,
        ["exitCode"] = run.ExitCode,
        ["reason"] = run.Reason,
    };
}
