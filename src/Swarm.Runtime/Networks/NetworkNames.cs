using System.Collections.Immutable;
using Swarm.Core;

namespace Swarm.Runtime.Networks;

/// <summary>The names of an engine's containers, from what is known of each.</summary>
/// <param name="containers">All that there are, as of the call.</param>
/// <param name="find">One of them.</param>
/// <param name="defaultNetwork">The network in which nobody has a name.</param>
internal sealed class NetworkNames(
    Func<IEnumerable<ContainerState>> containers, Func<ContainerId, ContainerState?> find, string defaultNetwork)
    : INetworkNames
{
    private readonly Lock _lock = new();
    private ImmutableArray<Action> _watching = [];

    public ImmutableArray<NamedContainer> Containers =>
        [.. containers().Where(container => !container.Endpoints.IsEmpty).Select(NamesOf)];

    public NamedContainer? Find(ContainerId id) =>
        find(id) is { Endpoints.IsEmpty: false } container ? NamesOf(container) : null;

    public IDisposable Watch(Action changed)
    {
        lock (_lock) _watching = _watching.Add(changed);
        return new Watching(() =>
        {
            lock (_lock) _watching = _watching.Remove(changed);
        });
    }

    /// <summary>Tells those who watch, where names or addresses differ.</summary>
    internal void Tell(ContainerState? before, ContainerState? after)
    {
        if (IsSame(before, after)) return;
        foreach (var changed in _watching) changed();
    }

    private static bool IsSame(ContainerState? before, ContainerState? after)
    {
        var (old, now) = (before?.Endpoints ?? [], after?.Endpoints ?? []);
        if (old.IsEmpty && now.IsEmpty) return true;
        return old.SequenceEqual(now) && before!.Definition.Name == after!.Definition.Name;
    }

    private NamedContainer NamesOf(ContainerState container)
    {
        var (id, name, spec) = (container.Id, container.Definition.Name, container.Definition.Spec);
        return new NamedContainer(id, name, [.. container.Endpoints.Select(endpoint =>
        {
            var wanted = NetworkWish.In(spec, endpoint.Network);
            return new NamedEndpoint(endpoint.Network, endpoint.Address)
            {
                ResolvesNames = endpoint.Network != defaultNetwork,
                Names = EndpointNames.Of(container, wanted),
                Links = wanted.Links
                    .DistinctBy(link => link.Alias, StringComparer.OrdinalIgnoreCase)
                    .ToImmutableSortedDictionary(
                        link => link.Alias, link => link.Container, StringComparer.OrdinalIgnoreCase),
            };
        })]);
    }

    private sealed class Watching(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
