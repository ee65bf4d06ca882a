using Swarm.Core;

namespace Swarm.Runtime.Nodes;

/// <summary>Where a node keeps what it must not forget when its process ends.</summary>
public interface INodeStore
{
    /// <summary>Everything kept. A broken file costs its own service only.</summary>
    /// <exception cref="NodeStoreException">The folder cannot be read.</exception>
    KeptNode Load();

    /// <summary>Keeps a service in place of what was kept of it; done when it is on the disk.</summary>
    /// <remarks>One call at a time for a service; those of different services may overlap.</remarks>
    /// <exception cref="NodeStoreException">It could not be written; what was kept before is untouched.</exception>
    Task SaveAsync(KeptService service);

    /// <summary>Forgets a service. Does nothing where nothing is kept.</summary>
    Task ForgetAsync(ServiceName service);
}

/// <summary>What of the node's own files could not be read or written, and why.</summary>
public sealed class NodeStoreException(string message, Exception? cause = null) : Exception(message, cause);
