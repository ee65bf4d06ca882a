using System.Text.Json.Nodes;
using Swarm.Core.Services;

namespace Swarm.Cli.Output;

/// <summary>The policies of a service, as <c>swarm inspect</c> writes them.</summary>
internal static class PolicyViews
{
    public static JsonNode Update(UpdatePolicy policy) => new JsonObject
    {
        ["parallelism"] = policy.Parallelism,
        ["delaySeconds"] = policy.Delay.TotalSeconds,
        ["order"] = Texts.Word(policy.Order),
        ["failureAction"] = Texts.Word(policy.FailureAction),
        ["monitorSeconds"] = policy.Monitor.TotalSeconds,
        ["maxFailureRatio"] = policy.MaxFailureRatio,
    };

    public static JsonNode Placement(PlacementRules rules) => new JsonObject
    {
        ["constraints"] = Texts.Array(rules.Constraints),
        ["spreadOver"] = Texts.Array(rules.SpreadOver),
        ["maxPerNode"] = rules.MaxPerNode,
        ["strategy"] = rules.Strategy == PlacementStrategy.BinPack ? "binpack" : Texts.Word(rules.Strategy),
        ["affinities"] = new JsonArray([.. (rules.Affinities.IsDefault ? [] : rules.Affinities).Select(
            affinity => new JsonObject
            {
                ["service"] = affinity.Service.Value,
                ["near"] = affinity.Near,
                ["required"] = affinity.Required,
                ["over"] = affinity.Over,
            })]),
    };

    public static JsonNode Job(ServiceSpec spec) => new JsonObject
    {
        ["maxConcurrent"] = spec.Mode is ServiceMode.ReplicatedJob mode ? mode.MaxConcurrent : null,
        ["timeoutSeconds"] = spec.Job.Timeout.TotalSeconds,
        ["keepSeconds"] = spec.Job.KeepFor?.TotalSeconds,
        ["runsKept"] = spec.Job.RunsKept,
        ["schedule"] = spec.Job.Schedule is { } schedule ? Schedule(schedule) : null,
    };

    public static JsonNode Schedule(JobSchedule schedule) => new JsonObject
    {
        ["cron"] = schedule.Cron,
        ["timeZone"] = schedule.TimeZone,
        ["overlap"] = Texts.Word(schedule.Overlap),
        ["suspended"] = schedule.Suspended,
    };
}
