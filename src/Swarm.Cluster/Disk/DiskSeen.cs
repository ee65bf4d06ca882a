using Akka.Actor;

namespace Swarm.Cluster.Disk;

/// <summary>How it stands with the disk of this node.</summary>
/// <param name="Fault">Why the node takes no new tasks; empty where it does.</param>
internal sealed record DiskSeen(string Fault) : INoSerializationVerificationNeeded;
