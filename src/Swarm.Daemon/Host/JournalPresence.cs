using Swarm.Cluster.Hosting;
using Swarm.Runtime.Nodes;

namespace Swarm.Daemon.Host;

/// <summary>Sees that a node does not begin with an empty journal where there was one with services.</summary>
/// <remarks>
/// The containers of services that the journal does not know are removed; and services of the same name could not begin
/// again, since the node refuses orders older than those it has seen.
/// </remarks>
internal static class JournalPresence
{
    /// <exception cref="ClusterStartException">The journal's file is gone or empty, and the node keeps
    /// services.</exception>
    public static void Check(JournalOptions journal, NodeStore store)
    {
        if (journal is not JournalOptions.Sqlite sqlite || !store.KeepsServices) return;
        var exists = File.Exists(sqlite.Path);
        if (exists && JournalProbe.HasEvents(sqlite)) return;

        throw new ClusterStartException(
            $"the journal {sqlite.Path} is {(exists ? "empty" : "gone")}, and {store.ServicesFolder} tells of services "
            + "that were in it. Restore the journal; or, to begin without these services, delete "
            + $"{store.ServicesFolder}: their containers are then removed");
    }
}
