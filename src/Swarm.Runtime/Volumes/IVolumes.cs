using System.Collections.Immutable;
using Swarm.Core;

namespace Swarm.Runtime.Volumes;

/// <summary>The volumes of this host: they are made by themselves or for a container, and outlive it.</summary>
/// <remarks>Drawn in docs/volumes.md.</remarks>
public interface IVolumes
{
    /// <summary>Every volume, by name.</summary>
    ImmutableArray<VolumeState> List();

    VolumeState? Find(string name);

    /// <summary>Makes a volume, unless there is one of that name.</summary>
    /// <param name="definition">An empty name lets one be chosen.</param>
    /// <exception cref="ContainerException">The name or an option cannot be; a volume of that name has other options.
    /// </exception>
    Task<VolumeState> CreateAsync(VolumeDefinition definition, CancellationToken cancellation);

    /// <summary>Removes a volume with all that is in it.</summary>
    /// <exception cref="ContainerException">There is none, or containers have it: they are named.</exception>
    Task RemoveAsync(string name, CancellationToken cancellation);

    /// <summary>Removes every volume that fits and that no container has.</summary>
    Task<VolumePruning> PruneAsync(Func<VolumeState, bool> fits, CancellationToken cancellation);

    /// <summary>Bytes of the files in a volume; zero where there is none.</summary>
    Task<Bytes> MeasureAsync(string name, CancellationToken cancellation);

    /// <summary>When the container is removed, its volumes without a name are, too.</summary>
    Task LetGoAsync(ContainerId container, CancellationToken cancellation);
}

/// <param name="Name">Unique on this host.</param>
public sealed record VolumeDefinition(string Name)
{
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What is mounted as its content: <c>type</c>, <c>device</c> and <c>o</c>, as mount(8) takes them.
    /// None: a folder of this host.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A volume as it is now.</summary>
/// <param name="Mountpoint">Where its content is, for swarmd and the containers; one with options is mounted
/// there while it is used.</param>
public sealed record VolumeState(VolumeDefinition Definition, string Mountpoint, DateTimeOffset CreatedAt)
{
    /// <summary>Docker's mark of a volume that nobody gave a name.</summary>
    public const string AnonymousLabel = "com.docker.volume.anonymous";

    public string Name => Definition.Name;

    /// <summary>The containers that have it, running or not.</summary>
    public ImmutableArray<ContainerId> Users { get; init; } = [];

    public bool IsAnonymous => Definition.Labels.ContainsKey(AnonymousLabel);
}

/// <param name="Freed">Bytes of the files that were in them.</param>
public sealed record VolumePruning(ImmutableArray<string> Removed, Bytes Freed);
