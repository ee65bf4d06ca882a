namespace Swarm.Cluster.Copies;

/// <summary>Where on each node the actor is that has its copies.</summary>
internal static class CopyKeeperPath
{
    public const string Name = "copies";

    /// <summary>Behind the address of the node's actor system.</summary>
    public const string Path = "/user/" + Name;
}
