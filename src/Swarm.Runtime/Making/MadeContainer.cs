using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Linux.Processes;
using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Making;

/// <summary>A container whose first process waits to be started.</summary>
internal sealed record MadeContainer(
    ContainerPlan Plan, ProcessIdentity First, ProcessIdentity Monitor)
{
    public ImmutableArray<NetworkEndpoint> Endpoints { get; init; } = [];

    public ImmutableArray<PublishedPort> Ports { get; init; } = [];
}
