using System.Collections.Immutable;
using Akka.DistributedData;
using Swarm.Core.Services;

namespace Swarm.Cluster.Catalog;

/// <summary>The list of services, which every node has a copy of, spread over buckets so that no message of it grows
/// large.</summary>
internal sealed class ServiceView
{
    private const int Buckets = 16;

    private static readonly TimeSpan RemoveWithin = TimeSpan.FromSeconds(3);

    private readonly ImmutableArray<BucketKey> _keys =
        [.. Enumerable.Range(0, Buckets).Select(bucket => new BucketKey($"services-{bucket}"))];

    private readonly Dictionary<string, ServiceLines> _buckets = new(StringComparer.Ordinal);

    public IEnumerable<IKey<IReplicatedData>> Keys => _keys;

    /// <summary>All that are listed, in the order of their names.</summary>
    public IEnumerable<ServiceListing> Entries =>
        _buckets.Values
            .SelectMany(bucket => bucket.Lines)
            .Select(line => line.Listing)
            .OfType<ServiceListing>()
            .OrderBy(listing => listing.Name.Value, StringComparer.Ordinal);

    /// <summary>Takes over a change from the replicator.</summary>
    /// <returns>False when it concerns another view.</returns>
    public bool Take(Changed changed)
    {
        if (changed.Key is not BucketKey key) return false;

        _buckets[key.Id] = changed.Get(key).Lines;
        return true;
    }

    /// <summary>A removal is told to a majority at once: a host that goes down with what only it knows would leave
    /// the service in the list of the others until its owner is back.</summary>
    public Update Put(ServiceLine line) =>
        new(_keys[Bucket.Of(line.Name.Value, Buckets)], ReplicatedLines.Empty,
            line.Listing is null ? new WriteMajority(RemoveWithin) : WriteLocal.Instance,
            old => ((ReplicatedLines)old).Say(line));

    private sealed class BucketKey(string id) : Key<ReplicatedLines>(id);
}
