using System.Text.Json.Nodes;
using Swarm.Cli.Commands;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Cli.Output;

/// <summary>A service in full, as <c>swarm inspect</c> writes it.</summary>
internal static class DetailViews
{
    public static JsonNode Json(ServiceDetails service, IReadOnlyDictionary<NodeId, string> nodes) => new JsonObject
    {
        ["name"] = service.Spec.Name.Value,
        ["id"] = service.Id.Value,
        ["stack"] = service.Spec.Stack,
        ["version"] = service.Version,
        ["createdAt"] = Texts.Time(service.CreatedAt),
        ["updatedAt"] = Texts.Time(service.UpdatedAt),
        ["removing"] = service.Removing,
        ["slots"] = service.Slots,
        ["givenUp"] = service.GivenUp,
        ["completed"] = service.Completed,
        ["update"] =
            new JsonObject { ["phase"] = Texts.Word(service.Update.Phase), ["reason"] = service.Update.Reason },
        ["job"] = service.Job is { } job ? new JsonObject
        {
            ["completed"] = job.Completed,
            ["givenUp"] = job.GivenUp,
            ["ended"] = job.Ended,
            ["exitCode"] = job.ExitCode,
            ["nextRun"] = job.NextRun is { } next ? Texts.Time(next) : null,
            ["reason"] = job.Reason.Length > 0 ? job.Reason : null,
            ["runs"] = new JsonArray([.. (job.Runs.IsDefault ? [] : job.Runs).Select(RunViews.Json)]),
        } : null,
        ["spec"] = Spec(service.Spec),
        ["tasks"] = new JsonArray(
            [.. service.Tasks.Select(task => TaskViews.Json(TaskRow.Of(service, task, nodes)))]),
    };

    private static JsonObject Spec(ServiceSpec spec) => new()
    {
        ["mode"] = Texts.Mode(spec.Mode),
        ["replicas"] = spec.Mode switch
        {
            ServiceMode.Replicated mode => mode.Replicas,
            ServiceMode.ReplicatedJob mode => mode.Completions,
            _ => null,
        },
        ["labels"] = Texts.Map(spec.Labels),
        ["pool"] = spec.Pool,
        ["reservations"] = new JsonObject
        {
            ["milliCpu"] = spec.Reservations.Cpu.Value,
            ["memoryBytes"] = spec.Reservations.Memory.Value,
            ["pids"] = spec.Reservations.Pids
        },
        ["restart"] = new JsonObject
        {
            ["condition"] = Texts.Word(spec.Restart.Condition),
            ["delaySeconds"] = spec.Restart.Delay.TotalSeconds,
            ["maxAttempts"] = spec.Restart.MaxAttempts,
            ["windowSeconds"] = spec.Restart.Window.TotalSeconds,
        },
        ["updatePolicy"] = PolicyViews.Update(spec.Update),
        ["rollbackPolicy"] = spec.Rollback is { } rollback ? PolicyViews.Update(rollback) : null,
        ["placement"] = PolicyViews.Placement(spec.Placement),
        ["atMostOnce"] = spec.AtMostOnce,
        ["leaseSeconds"] = spec.AtMostOnce ? spec.LeaseFor.TotalSeconds : null,
        ["minRunning"] = spec.MinRunning,
        ["rebalance"] = spec.RebalancesItself ? "auto" : "manual",
        ["lostAfterSeconds"] = spec.LostAfter.TotalSeconds,
        ["job"] = spec.Mode is ServiceMode.ReplicatedJob or ServiceMode.GlobalJob ? PolicyViews.Job(spec) : null,
        ["container"] = ContainerViews.Json(spec.Container),
    };
}
