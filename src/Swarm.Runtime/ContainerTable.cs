using System.Collections.Concurrent;
using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Runtime.Logs;

namespace Swarm.Runtime;

/// <summary>The containers of an engine, by id; their names are unique.</summary>
internal sealed class ContainerTable(EngineFolders folders)
{
    private readonly ConcurrentDictionary<ContainerId, LiveContainer> _byId = new();
    private readonly ConcurrentDictionary<string, ContainerId> _byName = new(StringComparer.Ordinal);

    public IEnumerable<LiveContainer> All => _byId.Values;

    public LiveContainer? Find(ContainerId id) => _byId.GetValueOrDefault(id);

    /// <summary>Finds one by its name, its id, or the beginning of an id that only one has.</summary>
    public LiveContainer? FindNamed(string named)
    {
        var name = named.TrimStart('/');
        if (_byName.TryGetValue(name, out var id)) return Find(id);
        if (name.Length == 0) return null;
        var begun = _byId.Values
            .Where(container => container.Definition.Id.Value.StartsWith(name, StringComparison.Ordinal))
            .Take(2)
            .ToArray();
        return begun is [var only] ? only : null;
    }

    /// <summary>Finds the container of this id, or takes id and name for a new one.</summary>
    /// <exception cref="ContainerException">Another container has the name.</exception>
    public LiveContainer Take(ContainerDefinition definition)
    {
        while (true)
        {
            if (_byId.TryGetValue(definition.Id, out var existing)) return existing;
            TakeName(definition);
            folders.Place(definition);
            var made = new LiveContainer(definition, new LogFolder(folders.Logs(definition.Id)));
            if (_byId.TryAdd(definition.Id, made)) return made;
            made.Dispose();
        }
    }

    public void Drop(LiveContainer container)
    {
        container.IsGone = true;
        container.LogWatch?.Dispose();
        container.MemoryWatch?.Dispose();
        container.Consoles.EndAll();
        _byId.TryRemove(KeyValuePair.Create(container.Definition.Id, container));
        DropName(container.Definition);
        folders.Forget(container.Definition.Id);
    }

    /// <exception cref="ContainerException">Another container has the name.</exception>
    public void TakeName(ContainerDefinition definition)
    {
        var holder = _byName.GetOrAdd(definition.Name, definition.Id);
        if (holder == definition.Id) return;
        throw ContainerException.NameTaken(definition.Name, holder);
    }

    public void DropName(ContainerDefinition definition) =>
        _byName.TryRemove(KeyValuePair.Create(definition.Name, definition.Id));

    public ImmutableArray<ContainerState> States() =>
    [
        .. _byId.Values
            .Select(container => container.Record?.ToState())
            .OfType<ContainerState>()
            .OrderByDescending(state => state.CreatedAt),
    ];
}
