using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Runtime.Volumes;

namespace Swarm.Api.Tests;

/// <summary>Volumes that are no more than their names.</summary>
internal sealed class FakeVolumes : IVolumes
{
    private readonly List<string> _names = [];

    public ImmutableArray<VolumeState> List() =>
    [
        .. _names.Select(name => new VolumeState(
            new VolumeDefinition(name), "/volumes/" + name, DateTimeOffset.UnixEpoch)),
    ];

    public VolumeState? Find(string name) => List().FirstOrDefault(volume => volume.Name == name);

    public Task<VolumeState> CreateAsync(VolumeDefinition definition, CancellationToken cancellation)
    {
        _names.Add(definition.Name);
        return Task.FromResult(Find(definition.Name)!);
    }

    public Task RemoveAsync(string name, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<VolumePruning> PruneAsync(Func<VolumeState, bool> fits, CancellationToken cancellation)
    {
        ImmutableArray<string> removed = [.. List().Where(fits).Select(volume => volume.Name)];
        _names.RemoveAll(removed.Contains);
        return Task.FromResult(new VolumePruning(removed, default));
    }

    public Task<Bytes> MeasureAsync(string name, CancellationToken cancellation) => throw new NotSupportedException();

    public Task LetGoAsync(ContainerId container, CancellationToken cancellation) => throw new NotSupportedException();
}
