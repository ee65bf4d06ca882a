using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Swarm.Api.Http;
using Swarm.Api.Nodes;

namespace Swarm.Api.Containers;

/// <summary>Limits of which the kernel of this node knows nothing: they are neither set nor shown, and who asks for
/// them is told.</summary>
internal static class DiscardedLimits
{
    private const string NoSwap = "Your kernel does not support swap limit capabilities or the cgroup is not mounted. "
        + "Memory limited without swap.";

    private const string NoSwappiness = "Your kernel does not support memory swappiness capabilities or the cgroup is "
        + "not mounted. Memory swappiness discarded.";

    private const string NoWeight =
        "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.";

    private const string NoDeviceWeights = "Your kernel does not support Block I/O weight_device or the cgroup is not "
        + "mounted. Weight-device discarded.";

    private const string Unkilled = "OOM killer is disabled for the container, but no memory limit is set, this can "
        + "result in the system running out of resources.";

    /// <summary>Takes them out of a host side, of a container or of changes to one.</summary>
    /// <returns>What the client is told.</returns>
    public static ImmutableArray<string> TakeOut(JsonFields host, NodeFacts node)
    {
        var told = ImmutableArray.CreateBuilder<string>();
        // Who wants it without bound has what it wants.
        if (host.Number("Memory") > 0 && host.Number("MemorySwap") != -1 && !node.CountsSwap)
            Replace("MemorySwap", -1L, NoSwap);
        if (host.Has("MemorySwappiness") && host.Number("MemorySwappiness") != -1 && !node.KnowsSwappiness)
            Replace("MemorySwappiness", null, NoSwappiness);
        if (host.Number("BlkioWeight") > 0 && !node.WeighsBlocks) Replace("BlkioWeight", 0L, NoWeight);
        if (!host.Objects("BlkioWeightDevice").IsEmpty && !node.WeighsDevices)
            Replace("BlkioWeightDevice", new JsonArray(), NoDeviceWeights);
        if (host.Flag("OomKillDisable") && host.Number("Memory") == 0) told.Add(Unkilled);
        return told.ToImmutable();

        void Replace(string name, JsonNode? value, string warning)
        {
            host.Node[name] = value;
            told.Add(warning);
        }
    }
}
