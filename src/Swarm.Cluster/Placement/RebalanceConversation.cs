using System.Collections.Immutable;
using Akka.Actor;
using Swarm.Core;
using Swarm.Core.Placement;

namespace Swarm.Cluster.Placement;

// What a placer and its rebalancing say to each other. It never leaves the process.

/// <summary>What the services said of themselves.</summary>
internal sealed record ServicesKnown(RequestId Request, ImmutableArray<RebalanceService> Services)
    : INoSerializationVerificationNeeded;

/// <summary>This task is being moved now.</summary>
internal sealed record MoveBegan(RequestId Request, TaskId Task) : INoSerializationVerificationNeeded;

/// <summary>Its service does not let this task go.</summary>
internal sealed record MoveRefused(TaskId Task, string Reason) : INoSerializationVerificationNeeded;

/// <summary>The nodes' reports show that the task has been moved.</summary>
internal sealed record MoveSeen(TaskId Task) : INoSerializationVerificationNeeded;

/// <param name="Whole">Everything was moved that its service would let go.</param>
internal sealed record RebalanceEnded(RequestId Request, bool Whole) : INoSerializationVerificationNeeded;
