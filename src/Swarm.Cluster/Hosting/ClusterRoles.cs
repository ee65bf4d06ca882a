namespace Swarm.Cluster.Hosting;

/// <summary>What a node does in its cluster, as the roles of its member say.</summary>
public static class ClusterRoles
{
    /// <summary>Keeps entities: services, records of nodes, image names, placers.</summary>
    public const string Scheduler = "scheduler";

    /// <summary>Runs tasks of services.</summary>
    public const string Worker = "worker";
}
