using Swarm.Core.Images;

namespace Swarm.Images.Collecting;

/// <summary>What somebody counts on at the moment, each as often as it is held.</summary>
/// <remarks>Not safe for use by several at once: the store locks.</remarks>
internal sealed class Holds
{
    private readonly Dictionary<Digest, int> _held = [];

    public IEnumerable<Digest> Held => _held.Keys;

    public bool Has(Digest digest) => _held.ContainsKey(digest);

    public void Add(IEnumerable<Digest> digests)
    {
        foreach (var digest in digests) _held[digest] = _held.GetValueOrDefault(digest) + 1;
    }

    public void Remove(IEnumerable<Digest> digests)
    {
        foreach (var digest in digests)
        {
            if (--_held[digest] == 0) _held.Remove(digest);
        }
    }
}
