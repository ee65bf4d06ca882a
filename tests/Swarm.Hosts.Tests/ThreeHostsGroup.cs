[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Swarm.Hosts.Tests;

/// <summary>The scenarios that share a cluster of three hosts.</summary>
[CollectionDefinition(ThreeHosts.Name)]
public sealed class ThreeHostsGroup : ICollectionFixture<ThreeHosts>;
