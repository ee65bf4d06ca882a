using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Names;

/// <summary>Names as a test says them.</summary>
internal sealed class FakeNames : INetworkNames
{
    private ImmutableArray<NamedContainer> _containers = [];
    private Action? _changed;

    public ImmutableArray<NamedContainer> Containers
    {
        get => _containers;
        set
        {
            _containers = value;
            _changed?.Invoke();
        }
    }

    public NamedContainer? Find(ContainerId id) => Containers.FirstOrDefault(container => container.Id == id);

    public IDisposable Watch(Action changed)
    {
        _changed += changed;
        return new Watching(() => _changed -= changed);
    }

    internal void Add(ContainerId id, NetworkAttachment attached, params ImmutableArray<string> names) =>
        Containers = Containers.Add(new NamedContainer(id, names[0],
        [
            .. attached.Endpoints.Select(endpoint => new NamedEndpoint(endpoint.Network, endpoint.Address)
            {
                ResolvesNames = true, Names = names,
            }),
        ]));

    private sealed class Watching(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
