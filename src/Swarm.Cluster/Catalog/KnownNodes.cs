using Akka.DistributedData;
using Swarm.Core;
using Swarm.Core.Nodes;

namespace Swarm.Cluster.Catalog;

/// <summary>This host's copy of what nodes there are: as their records say, and as they said themselves.</summary>
internal sealed class KnownNodes
{
    private const int Buckets = 4;

    /// <summary>What the entities of nodes have published; those removed stay in it, as such.</summary>
    public ReplicatedView<NodeListing> Records { get; } = new("nodes", Buckets);

    /// <summary>What each node has said last of itself.</summary>
    public ReplicatedView<NodeListing> Loads { get; } = new("loads", Buckets);

    public IEnumerable<IKey<IReplicatedData>> Keys => Records.Keys.Concat(Loads.Keys);

    /// <summary>All that are not removed; where the record of one is not known, as it said itself.</summary>
    public IEnumerable<NodeListing> Nodes => Records.Entries.Where(record => !record.IsRemoved)
        .Concat(Loads.Entries.Where(load => Records.Find(load.Node.Id.Value) is null));

    public IEnumerable<NodeListing> Removed => Records.Entries.Where(record => record.IsRemoved);

    /// <summary>Nodes whose address is another one's now, as that one said out of the process that is there. They are
    /// gone, however well the address answers.</summary>
    /// <param name="incarnationAt">Of the member at an address; null where there is none.</param>
    public HashSet<NodeId> FindDisplaced(Func<string, long?> incarnationAt)
    {
        var there = new Dictionary<string, NodeId>(StringComparer.Ordinal);
        foreach (var load in Loads.Entries.Where(load => load.Incarnation != 0))
        {
            if (incarnationAt(load.Node.Address) == load.Incarnation) there[load.Node.Address] = load.Node.Id;
        }

        return
        [
            .. Nodes.Concat(Removed).Select(line => line.Node)
                .Where(node => there.GetValueOrDefault(node.Address, node.Id) != node.Id).Select(node => node.Id),
        ];
    }

    /// <summary>Takes over a change from the replicator.</summary>
    /// <returns>False when it concerns something else.</returns>
    public bool Take(Changed changed) => Records.Take(changed) || Loads.Take(changed);
}
