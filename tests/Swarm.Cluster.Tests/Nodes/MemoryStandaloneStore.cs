using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Tests.Nodes;

/// <summary>What a node keeps of containers that belong to no service, in memory.</summary>
internal sealed class MemoryStandaloneStore : IStandaloneStore
{
    private readonly Dictionary<ContainerId, KeptContainer> _kept = [];

    public bool IsFull { get; set; }

    /// <summary>Until then nobody is told that something is kept.</summary>
    public Task Slowness { get; set; } = Task.CompletedTask;

    public KeptContainer? this[ContainerId id] => _kept.GetValueOrDefault(id);

    public (ImmutableArray<KeptContainer> Containers, ImmutableArray<string> Broken) Load() => ([.. _kept.Values], []);

    public Task SaveAsync(KeptContainer container)
    {
        if (IsFull)
            return Task.FromException(new NodeStoreException($"writing {container.Id}: no space left on device"));
        _kept[container.Id] = container;
        return Slowness;
    }

    /// <summary>Until then nobody is told that something is forgotten.</summary>
    public Task SlowForgetting { get; set; } = Task.CompletedTask;

    public Task ForgetAsync(ContainerId container)
    {
        _kept.Remove(container);
        return SlowForgetting;
    }
}
