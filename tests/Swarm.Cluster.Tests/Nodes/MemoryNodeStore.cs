using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Tests.Nodes;

/// <summary>What a node keeps, in memory: it outlives the node's actors as a disk does.</summary>
internal sealed class MemoryNodeStore : INodeStore
{
    private readonly Dictionary<ServiceName, KeptService> _kept = [];

    private readonly List<(KeptService Service, TaskCompletionSource Done)> _waiting = [];
    private bool _isHeld;

    public bool IsFull { get; set; }

    public Dictionary<string, string> Unreadable { get; } = [];

    public int Writes { get; private set; }

    public KeptService this[string service] => _kept[new ServiceName(service)];

    public KeptNode Load() => new([.. _kept.Values], Unreadable.ToImmutableSortedDictionary());

    /// <summary>What is saved from now on is not on the disk before <see cref="Release"/>.</summary>
    public void Hold() => _isHeld = true;

    public void Release()
    {
        _isHeld = false;
        foreach (var (service, done) in _waiting)
        {
            Write(service);
            Inline.Run(done.SetResult);
        }

        _waiting.Clear();
    }

    public Task SaveAsync(KeptService service)
    {
        if (IsFull)
            return Task.FromException(new NodeStoreException($"writing {service.Name}: no space left on device"));
        if (_isHeld)
        {
            var done = new TaskCompletionSource();
            _waiting.Add((service, done));
            return done.Task;
        }

        Write(service);
        return Task.CompletedTask;
    }

    public Task ForgetAsync(ServiceName service)
    {
        _kept.Remove(service);
        return Task.CompletedTask;
    }

    public bool Keeps(string service) => _kept.ContainsKey(new ServiceName(service));

    public void Lose(string service) => _kept.Remove(new ServiceName(service));

    private void Write(KeptService service)
    {
        Writes++;
        _kept[service.Name] = service;
    }
}
