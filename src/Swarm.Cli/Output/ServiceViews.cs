using System.Text.Json.Nodes;
using Swarm.Core.Services;

namespace Swarm.Cli.Output;

internal static class ServiceViews
{
    public static string[] Row(ServiceListing service) =>
    [
        service.Name.Value, service.Stack, Texts.Mode(service.Mode),
        service.Mode is ServiceMode.ReplicatedJob or ServiceMode.GlobalJob
            ? $"{service.Running}/{service.Desired} ({service.Completed} completed)"
            : $"{service.Running}/{service.Desired}",
        service.Image, string.Join(", ", service.Ports.Select(Texts.Port)),
    ];

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
        ["update"] = Texts.Word(service.Update),
        ["ports"] = Texts.Ports(service.Ports),
    };
}
