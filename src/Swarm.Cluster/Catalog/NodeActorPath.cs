namespace Swarm.Cluster.Catalog;

/// <summary>Where on each node the actor is that runs its containers.</summary>
public static class NodeActorPath
{
    public const string Name = "node";

    /// <summary>Behind the address of the node's actor system.</summary>
    public const string Path = "/user/" + Name;
}
