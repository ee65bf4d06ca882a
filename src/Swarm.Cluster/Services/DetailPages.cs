using Swarm.Core.Services;
using Swarm.Wire;

namespace Swarm.Cluster.Services;

/// <summary>A service in pages that fit into one message, however many tasks it has.</summary>
internal static class DetailPages
{
    private const int MostTasks = 512;

    /// <summary>In bytes. A specification alone is smaller, for it came in one message of a client.</summary>
    private const int MaxBytes = WireLimits.NodeBytes / 2;

    /// <summary>The page after a task's number; null when there is no such service.</summary>
    public static ServiceDetails? Of(ServiceState state, long after)
    {
        for (var most = MostTasks; ; most /= 2)
        {
            var page = ServiceRules.DescribePage(state, after, most);
            if (page is null || most == 1 || SwarmSerializer.Measure(page) <= MaxBytes) return page;
        }
    }
}
