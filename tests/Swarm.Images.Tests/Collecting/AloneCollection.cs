namespace Swarm.Images.Tests.Collecting;

/// <summary>See <see cref="CollectingSimulationTests.Alone"/>.</summary>
[CollectionDefinition(CollectingSimulationTests.Alone, DisableParallelization = true)]
public sealed class AloneCollection;
