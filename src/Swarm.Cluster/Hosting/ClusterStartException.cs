namespace Swarm.Cluster.Hosting;

/// <summary>Why this node could not take its part in the cluster, in words for its operator.</summary>
public sealed class ClusterStartException(string message, Exception? cause = null) : Exception(message, cause);
