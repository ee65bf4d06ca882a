namespace Swarm.Cluster.Catalog;

/// <summary>Into which bucket of a list an entry goes: the same on every node and in every release, which
/// <see cref="string.GetHashCode()"/> is not.</summary>
internal static class Bucket
{
    public static int Of(string id, int buckets)
    {
        var hash = 2166136261u;
        foreach (var c in id) hash = unchecked((hash ^ c) * 16777619u);
        return (int)(hash % (uint)buckets);
    }
}
