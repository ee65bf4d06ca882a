using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Containers;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Api.Containers;

/// <summary>What of a container may be changed after it was made, and which containers nobody needs.</summary>
internal static class ContainerUpdate
{
    private const string Restarts = "RestartPolicy";

    /// <summary>Limits that may be changed; zero, which is what clients send of what they do not mean, changes
    /// none.</summary>
    private static readonly string[] LimitNames =
    [
        "BlkioWeight", "CpuPeriod", "CpuQuota", "CpuRealtimePeriod", "CpuRealtimeRuntime", "CpuShares", "CpusetCpus",
        "CpusetMems", "Memory", "MemoryReservation", "MemorySwap", "NanoCpus", "PidsLimit",
    ];

    /// <summary>The settings with the changes, and its limits; null where those stay as they are.</summary>
    /// <exception cref="ApiException">What cannot be changed, named.</exception>
    public static (StandaloneSettings Settings, ResourceLimits? Limits) Apply(
        ShownContainer shown, JsonFields changes)
    {
        if (shown.Own is not { } own)
        {
            throw new ApiException(
                StatusCodes.Status409Conflict,
                $"container {shown.State.Id.Short} runs a task, whose service decides on it");
        }

        CanonicalNames.GiveHost(changes);
        string[] changed = [.. changes.Names.Where(name => !changes.IsDefault(name))];
        foreach (var name in changed.Where(name => name != Restarts && !LimitNames.Contains(name)))
        {
            throw new ApiException(
                StatusCodes.Status501NotImplemented, $"changing {name} is not supported by this version of Swarm");
        }

        var asked = (JsonObject)shown.Asked.Node.DeepClone();
        CanonicalNames.Give(new JsonFields(asked));
        if (asked["HostConfig"] is not JsonObject host) asked["HostConfig"] = host = [];
        ChangeRestarts(host, changes);
        if (changed.Contains("Memory")) KeepSwap(host);
        foreach (var name in changed.Where(LimitNames.Contains)) Change(host, changes, name);
        var after = new JsonFields(asked).Object("HostConfig");
        UnsupportedFields.Refuse(new JsonFields([]), after);
        // Written with zeros for what was not said, it would be another than the one that holds.
        var limits = changed.Any(LimitNames.Contains) ? LimitReading.Read(after) : null;
        return (RestartReading.Read(after) with
        {
            Reserved = LimitReading.Reserved(after, limits ?? shown.State.Definition.Spec.Limits),
            Asked = asked.ToJsonString(),
        }, limits);
    }

    private static void ChangeRestarts(JsonObject host, JsonFields changes)
    {
        var policy = changes.Object(Restarts).Text("Name");
        if (policy.Length == 0) return;
        if (policy != "no" && new JsonFields(host).Flag("AutoRemove"))
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                "Restart policy cannot be updated because AutoRemove is enabled for the container");
        }

        host[Restarts] = changes.Node[Restarts]!.DeepClone();
    }

    /// <summary>What memory and swap may be together stays when the memory changes, also where it was not said: it is
    /// twice the memory then.</summary>
    private static void KeepSwap(JsonObject host)
    {
        var limits = new JsonFields(host);
        if (limits.Number("Memory") is > 0 and var memory && limits.Number("MemorySwap") == 0)
            host["MemorySwap"] = memory * 2;
    }

    private static void Change(JsonObject host, JsonFields changes, string name)
    {
        // One way to say how much of the processors takes the place of the other.
        if (name == "NanoCpus") (host["CpuPeriod"], host["CpuQuota"]) = (0L, 0L);
        if (name is "CpuPeriod" or "CpuQuota" && new JsonFields(host).Number("NanoCpus") > 0)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                "Conflicting options: CPU Quota or Period cannot be updated as NanoCPUs has already been set");
        }

        if (name == "Memory" && changes.IsDefault("MemorySwap")
            && new JsonFields(host).Number("MemorySwap") is > 0 and var total && changes.Number(name) > total)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same "
                + "time");
        }

        host[name] = changes.Node[name]!.DeepClone();
    }

    /// <summary>Whether a prune takes it: it is no task's, does not run, and fits.</summary>
    /// <param name="before">Made before; null: whenever.</param>
    public static bool IsToBePruned(ShownContainer container, Filters filters, DateTimeOffset? before)
    {
        var labels = ContainerDocument.LabelsOf(container);
        return container.Own is not null
            && ContainerWords.StateOf(container) is "created" or "exited"
            && container.State.Phase != ContainerPhase.Running
            && filters.FitsLabels(labels)
            && !filters["label!"].Any(unwanted => Filters.HasLabel(labels, unwanted))
            && !(container.State.CreatedAt >= before);
    }
}
