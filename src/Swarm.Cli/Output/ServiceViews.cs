using System.Text.Json.Nodes;
using Swarm.Core.Services;

namespace Swarm.Cli.Output;

internal static class ServiceViews
{
    public static string[] Row(ServiceListing service) =>
    [
        service.Name.Value, service.Stack,
        Texts.Mode(service.Mode) + (service.Schedule is { } schedule ? $" ({Texts.Schedule(schedule)})" : ""),
        service.Schedule is not null ? Runs(service)
        : service.Mode is ServiceMode.ReplicatedJob or ServiceMode.GlobalJob
            ? $"{service.Running}/{service.Desired} ({service.Completed} completed)"
            : $"{service.Running}/{service.Desired}{Update(service.Update)}",
        service.Image, string.Join(", ", service.Ports.Select(Texts.Port)),
    ];

    private static string Update(UpdatePhase phase) => phase switch
    {
        UpdatePhase.Updating => " (updating)",
        UpdatePhase.Paused => " (update paused)",
        UpdatePhase.RollingBack => " (rolling back)",
        _ => "",
    };

    private static string Runs(ServiceListing service)
    {
        var last = service.LastRun switch
        {
            null => "no run yet",
            { EndedAt: null } run => $"{service.Running}/{service.Desired}, run {run.Number} under way",
            { ExitCode: { } code } run => $"run {run.Number} ended with {code}",
            var run => $"run {run.Number} ended",
        };
        return service.NextRun is { } next ? $"{last}, next {Texts.ShortTime(next)}" : last;
    }

    public static JsonNode Json(ServiceListing service) => new JsonObject
    {
        ["name"] = service.Name.Value,
        ["id"] = service.Id.Value,
        ["stack"] = service.Stack,
        ["mode"] = Texts.Mode(service.Mode),
        ["running"] = service.Running,
        ["desired"] = service.Desired,
        ["completed"] = service.Completed,
        ["image"] = service.Image,
        ["schedule"] = service.Schedule is { } schedule ? PolicyViews.Schedule(schedule) : null,
        ["nextRun"] = service.NextRun is { } next ? Texts.Time(next) : null,
        ["lastRun"] = service.LastRun is { } last ? RunViews.Json(last) : null,
        ["update"] = Texts.Word(service.Update),
        ["ports"] = Texts.Ports(service.Ports),
    };
}
