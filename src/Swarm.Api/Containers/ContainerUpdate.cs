using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Api.Containers;

/// <summary>What of a container may be changed after it was made, and which containers nobody needs.</summary>
internal static class ContainerUpdate
{
    private const string Restarts = "RestartPolicy";

    /// <summary>The settings with the changes. Limits cannot be changed yet.</summary>
    /// <exception cref="ApiException">What cannot be changed, named.</exception>
    public static StandaloneSettings Apply(ShownContainer shown, JsonFields changes)
    {
        if (shown.Own is not { } own)
        {
            throw new ApiException(
                StatusCodes.Status409Conflict,
                $"container {shown.State.Id.Short} runs a task, whose service decides on it");
        }

        foreach (var name in changes.Names.Where(name => name != Restarts && !changes.IsDefault(name)))
        {
            throw new ApiException(
                StatusCodes.Status501NotImplemented, $"changing {name} is not supported by this version of Swarm");
        }

        if (changes.Object(Restarts).Text("Name").Length == 0) return own.Settings;

        var asked = (JsonObject)shown.Asked.Node.DeepClone();
        if (asked["HostConfig"] is not JsonObject) asked["HostConfig"] = new JsonObject();
        asked["HostConfig"]![Restarts] = changes.Node[Restarts]!.DeepClone();
        return RestartReading.Read(new JsonFields(asked).Object("HostConfig")) with
        {
            Reserved = own.Settings.Reserved,
            Asked = asked.ToJsonString(),
        };
    }

    /// <summary>Whether a prune takes it: it is no task's, does not run, and fits.</summary>
    public static bool IsToBePruned(ShownContainer container, Filters filters, DateTimeOffset now)
    {
        var labels = container.State.Definition.Spec.Labels;
        return container.Own is not null
            && ContainerWords.StateOf(container) is "created" or "exited"
            && container.State.Phase != ContainerPhase.Running
            && filters.FitsLabels(labels)
            && !filters["label!"].Any(unwanted => Filters.HasLabel(labels, unwanted))
            && filters["until"].All(until => container.State.CreatedAt < QueryTime.Parse("until", until, now));
    }
}
