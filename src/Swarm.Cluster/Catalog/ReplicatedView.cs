using System.Collections.Immutable;
using Akka.Cluster;
using Akka.DistributedData;

namespace Swarm.Cluster.Catalog;

/// <summary>One list that every node has a copy of, spread over buckets so that no message of it grows large.</summary>
/// <remarks>Written by the owners of its entries; where two wrote one entry, the later wins. None is ever taken away.
/// </remarks>
internal sealed class ReplicatedView<T>(string name, int buckets)
    where T : notnull
{
    private readonly ImmutableArray<LWWDictionaryKey<string, T>> _keys =
        [.. Enumerable.Range(0, buckets).Select(bucket => new LWWDictionaryKey<string, T>($"{name}-{bucket}"))];

    private readonly Dictionary<string, IImmutableDictionary<string, T>> _buckets = new(StringComparer.Ordinal);

    public IEnumerable<IKey<IReplicatedData>> Keys => _keys;

    /// <summary>All entries, in the order of their names.</summary>
    public IEnumerable<T> Entries =>
        _buckets.Values
            .SelectMany(bucket => bucket)
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => entry.Value);

    public T? Find(string id) =>
        _buckets.TryGetValue(KeyOf(id).Id, out var bucket) && bucket.TryGetValue(id, out var found) ? found : default;

    /// <summary>Takes over a change from the replicator.</summary>
    /// <returns>False when it concerns another view.</returns>
    public bool Take(Changed changed)
    {
        if (changed.Key is not LWWDictionaryKey<string, T> key || !_keys.Contains(key)) return false;

        _buckets[key.Id] = changed.Get(key).Entries;
        return true;
    }

    public Update Put(UniqueAddress writer, string id, T value) =>
        new(KeyOf(id), LWWDictionary<string, T>.Empty, WriteLocal.Instance,
            old => ((LWWDictionary<string, T>)old).SetItem(writer, id, value));

    private LWWDictionaryKey<string, T> KeyOf(string id) => _keys[Bucket.Of(id, buckets)];
}
