using System.Collections.Immutable;
using Swarm.Core;

namespace Swarm.Runtime.Networks;

/// <summary>Which container has which names and which address in which network, now.</summary>
public interface INetworkNames
{
    /// <summary>Every container that has an address: those that run, and those that wait to be started.</summary>
    ImmutableArray<NamedContainer> Containers { get; }

    /// <summary>Null where it has no address in any network.</summary>
    NamedContainer? Find(ContainerId id);

    /// <summary>Calls back after each change of what <see cref="Containers"/> says.</summary>
    /// <param name="changed">Called on the thread that changed it, which it must not hold up.</param>
    /// <returns>Disposing of it ends the calls.</returns>
    IDisposable Watch(Action changed);
}

/// <param name="Name">Its name on this host.</param>
public sealed record NamedContainer(ContainerId Id, string Name, ImmutableArray<NamedEndpoint> Endpoints);

/// <summary>What a container is called in one network.</summary>
/// <param name="Network">The name of the network.</param>
/// <param name="Address">IPv4, with dots.</param>
public sealed record NamedEndpoint(string Network, string Address)
{
    /// <summary>Whether names are resolved in it: in every network but the default one, as in Docker.</summary>
    public bool ResolvesNames { get; init; }

    /// <summary>All by which others in the network find it: its name, its aliases, its short id, its host
    /// name. The first is what its address is called.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>What this container alone calls others in the network: alias, and one of their names.</summary>
    public ImmutableSortedDictionary<string, string> Links { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
}
