using System.Collections.Immutable;
using Swarm.Core;

namespace Swarm.Runtime.Nodes;

/// <summary>Where a node keeps what is wanted of the containers that belong to no service.</summary>
public interface IStandaloneStore
{
    /// <summary>Everything kept, and what of it is broken: a sentence each. A broken file is set aside, never
    /// deleted.</summary>
    /// <exception cref="NodeStoreException">The folder cannot be read.</exception>
    (ImmutableArray<KeptContainer> Containers, ImmutableArray<string> Broken) Load();

    /// <summary>Keeps a container in place of what was kept of it; done when it is on the disk.</summary>
    /// <remarks>One call at a time for a container.</remarks>
    /// <exception cref="NodeStoreException">It could not be written; what was kept before is untouched.</exception>
    Task SaveAsync(KeptContainer container);

    /// <summary>Forgets a container. Does nothing where nothing is kept.</summary>
    Task ForgetAsync(ContainerId container);
}
