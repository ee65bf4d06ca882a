using System.Collections;
using Swarm.Core;

namespace Swarm.Images.Tests.Collecting;

/// <summary>The containers that run at the moment in which a store asks.</summary>
internal sealed class Running(Truth truth) : IReadOnlySet<ContainerId>
{
    public int Count => All.Count;

    private HashSet<ContainerId> All =>
        [.. truth.Containers.Where(one => one.Value.IsRunning).Select(one => one.Key)];

    public bool Contains(ContainerId item) => truth.Containers.GetValueOrDefault(item)?.IsRunning == true;

    public IEnumerator<ContainerId> GetEnumerator() => All.GetEnumerator();

    public bool IsProperSubsetOf(IEnumerable<ContainerId> other) => All.IsProperSubsetOf(other);

    public bool IsProperSupersetOf(IEnumerable<ContainerId> other) => All.IsProperSupersetOf(other);

    public bool IsSubsetOf(IEnumerable<ContainerId> other) => All.IsSubsetOf(other);

    public bool IsSupersetOf(IEnumerable<ContainerId> other) => All.IsSupersetOf(other);

    public bool Overlaps(IEnumerable<ContainerId> other) => All.Overlaps(other);

    public bool SetEquals(IEnumerable<ContainerId> other) => All.SetEquals(other);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
