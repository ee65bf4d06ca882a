using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Images.Trees;
using Swarm.Linux.Files;
using Swarm.Runtime.Work;

namespace Swarm.Runtime.Volumes;

/// <summary>Works on volumes on the engine's own threads.</summary>
internal sealed class HostVolumes(EngineCore core, VolumeStore store, BlockingWork work) : IVolumes
{
    public ImmutableArray<VolumeState> List() => store.List();

    public VolumeState? Find(string name) => store.Find(name);

    public Task<VolumeState> CreateAsync(VolumeDefinition definition, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var named = definition.Name.Length > 0 ? definition : definition with
        {
            Name = MountResolution.NewName(),
            Labels = definition.Labels.SetItem(VolumeState.AnonymousLabel, ""),
        };
        return RunAsync(() => store.Create(named), cancellation);
    }

    public Task RemoveAsync(string name, CancellationToken cancellation) => RunAsync(
        () =>
        {
            store.Remove(name);
            return true;
        },
        cancellation);

    public Task<VolumePruning> PruneAsync(Func<VolumeState, bool> fits, CancellationToken cancellation) => RunAsync(
        () =>
        {
            var removed = ImmutableArray.CreateBuilder<string>();
            var freed = Bytes.Zero;
            foreach (var volume in store.List().Where(volume => volume.Users.IsEmpty).Where(fits))
            {
                cancellation.ThrowIfCancellationRequested();
                var size = Measure(volume.Mountpoint, cancellation);
                if (!store.TryRemove(volume.Name)) continue;
                removed.Add(volume.Name);
                freed += size;
            }

            return new VolumePruning(removed.ToImmutable(), freed);
        },
        cancellation);

    public Task<Bytes> MeasureAsync(string name, CancellationToken cancellation) => RunAsync(
        () => store.Find(name) is { } volume ? Measure(volume.Mountpoint, cancellation) : Bytes.Zero, cancellation);

    public Task LetGoAsync(ContainerId container, CancellationToken cancellation) =>
        work.RunAsync(() => core.LetVolumesGoAsync(container, cancellation), cancellation);

    /// <remarks>It may be removed meanwhile.</remarks>
    private static Bytes Measure(string content, CancellationToken cancellation)
    {
        try
        {
            using var folder = Folder.Open(content);
            return new Bytes(TreeSize.Of(folder, cancellation));
        }
        catch (IOException) when (!Directory.Exists(content))
        {
            return Bytes.Zero;
        }
    }

    private Task<T> RunAsync<T>(Func<T> deed, CancellationToken cancellation) => work.RunAsync(
        () =>
        {
            try
            {
                return Task.FromResult(deed());
            }
            catch (Exception refused) when (HostRefusal.Of(refused) is { } told)
            {
                throw told;
            }
        },
        cancellation);
}
