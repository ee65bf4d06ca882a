using System.Collections.Immutable;
using Swarm.Core.Clients;
using Swarm.Core.Nodes;
using Swarm.Core.Services;
using Swarm.Wire;

namespace Swarm.Cluster.Catalog;

/// <summary>Lists in pages that fit into one message, however long they are.</summary>
internal static class ListPages
{
    /// <summary>In bytes, of the entries together.</summary>
    private const int MaxBytes = WireLimits.ClientBytes - 4096;

    /// <param name="services">In the ordinal order of their names.</param>
    public static ServiceList Of(IEnumerable<ServiceListing> services, GetServices question)
    {
        var (page, next) = Cut(services, question.After, service => service.Name.Value);
        return new ServiceList(page) { Next = next };
    }

    /// <param name="nodes">In the ordinal order of their ids.</param>
    public static NodeList Of(IEnumerable<NodeListing> nodes, GetNodes question)
    {
        var (page, next) = Cut(nodes, question.After, node => node.Node.Id.Value);
        return new NodeList(page) { Next = next };
    }

    /// <summary>At least one entry, so that a reader always comes further.</summary>
    private static (ImmutableArray<T> Page, string? Next) Cut<T>(
        IEnumerable<T> entries, string after, Func<T, string> key)
        where T : notnull
    {
        var page = ImmutableArray.CreateBuilder<T>();
        var bytes = 0;
        foreach (var entry in entries.SkipWhile(entry => string.CompareOrdinal(key(entry), after) <= 0))
        {
            bytes += SwarmSerializer.Measure(entry);
            if (bytes > MaxBytes && page.Count > 0) return (page.ToImmutable(), key(page[^1]));
            page.Add(entry);
        }

        return (page.ToImmutable(), null);
    }
}
