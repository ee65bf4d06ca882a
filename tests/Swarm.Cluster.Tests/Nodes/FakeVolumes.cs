using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Runtime.Volumes;

namespace Swarm.Cluster.Tests.Nodes;

/// <summary>No volumes; it is remembered whose were let go.</summary>
internal sealed class FakeVolumes : IVolumes
{
    public List<ContainerId> LetGo { get; } = [];

    public ImmutableArray<VolumeState> List() => [];

    public VolumeState? Find(string name) => null;

    public Task<VolumeState> CreateAsync(VolumeDefinition definition, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task RemoveAsync(string name, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<VolumePruning> PruneAsync(Func<VolumeState, bool> fits, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<Bytes> MeasureAsync(string name, CancellationToken cancellation) => Task.FromResult(Bytes.Zero);

    public Task LetGoAsync(ContainerId container, CancellationToken cancellation)
    {
        LetGo.Add(container);
        return Task.CompletedTask;
    }
}
