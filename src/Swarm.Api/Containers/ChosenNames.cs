using System.Collections.Concurrent;

namespace Swarm.Api.Containers;

/// <summary>Names that were chosen for containers which are about to be made: each is chosen once.</summary>
/// <remarks>There are 2,500 of two words. Of thirty containers that are made at a time two would have the same one
/// every sixth time.</remarks>
/// <param name="isTaken">Whether a container has it.</param>
internal sealed class ChosenNames(Func<string, bool> isTaken)
{
    private readonly ConcurrentDictionary<string, byte> _chosen = new(StringComparer.Ordinal);

    /// <summary>A name that nobody has, and that nobody gets before it is given back.</summary>
    public string Choose() => ContainerNames.Choose(TryTake);

    /// <summary>Its container is made, or could not be.</summary>
    public void GiveBack(string name) => _chosen.TryRemove(name, out _);

    // In this order: who gives one back has made its container before.
    private bool TryTake(string name)
    {
        if (!_chosen.TryAdd(name, 0)) return false;
        if (!isTaken(name)) return true;
        GiveBack(name);
        return false;
    }
}
