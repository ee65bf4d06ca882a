using Akka.DistributedData;
using Swarm.Core.Nodes;

namespace Swarm.Cluster.Catalog;

/// <summary>This host's copy of what nodes there are: as their records say, and where those are not known, as they
/// said themselves.</summary>
internal sealed class KnownNodes
{
    private const int Buckets = 4;

    private readonly ReplicatedView<NodeListing> _records = new("nodes", Buckets);
    private readonly ReplicatedView<NodeListing> _loads = new("loads", Buckets);

    public IEnumerable<IKey<IReplicatedData>> Keys => _records.Keys.Concat(_loads.Keys);

    public IEnumerable<NodeListing> Nodes => _records.Entries.Where(record => !record.IsRemoved)
        .Concat(_loads.Entries.Where(load => _records.Find(load.Node.Id.Value) is null));

    /// <summary>Takes over a change from the replicator.</summary>
    public void Take(Changed changed)
    {
        if (!_records.Take(changed)) _loads.Take(changed);
    }
}
