using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Trees;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Files;

/// <summary>The files of containers, whether they run or not. Told in docs/containers.md.</summary>
/// <remarks>Volumes and binds are seen at their places; what is in memory (tmpfs, /proc, /sys) is not, as in Docker.
/// No link that a container makes leads out of its root.</remarks>
public interface IContainerFiles
{
    /// <exception cref="ContainerException">There is no such container, or nothing at the path.</exception>
    Task<FileEntry> FindAsync(ContainerId id, string path, CancellationToken cancellation);

    /// <summary>Writes a tar of what is at the path, named by the path's last part.</summary>
    /// <param name="path">A link at its end is followed only when it ends in a slash or a dot.</param>
    /// <exception cref="ContainerException">As <see cref="FindAsync"/>.</exception>
    Task ReadArchiveAsync(ContainerId id, string path, Stream archive, CancellationToken cancellation);

    /// <summary>Unpacks a tar (plain, gzip or zstd) in a folder.</summary>
    /// <exception cref="ContainerException">There is no such folder; it cannot be written to; the archive is broken:
    /// what came before is there.</exception>
    Task WriteArchiveAsync(
        ContainerId id, string path, Stream archive, UnpackRules rules, CancellationToken cancellation);

    /// <summary>The user and group a container's first process is of: whose files may be made by
    /// <see cref="WriteArchiveAsync"/>.</summary>
    (uint User, uint Group) OwnerOf(ContainerId id);

    /// <summary>Writes a tar of the whole root, without volumes.</summary>
    Task ExportAsync(ContainerId id, Stream archive, CancellationToken cancellation);

    /// <summary>What the container changed of its image, by path.</summary>
    Task<ImmutableArray<TreeChange>> FindChangesAsync(ContainerId id, CancellationToken cancellation);

    /// <summary>Makes an image of what the container changed, over its own image.</summary>
    /// <param name="pause">Whether it stands still meanwhile, where it runs.</param>
    /// <returns>The image's id.</returns>
    Task<Digest> CommitAsync(ContainerId id, ImageCommit commit, bool pause, CancellationToken cancellation);

    /// <summary>Where its files are.</summary>
    /// <exception cref="ContainerException">There is no such container.</exception>
    Task<ContainerPlaces> FindPlacesAsync(ContainerId id, CancellationToken cancellation);

    /// <summary>Bytes of the files in its writable layer.</summary>
    Task<Bytes> WritableSizeAsync(ContainerId id, CancellationToken cancellation);
}

/// <param name="LinkTarget">Where a link leads, as a path of the container; empty for anything else.</param>
public sealed record FileEntry(
    string Name, FileKind Kind, uint Mode, long Size, DateTimeOffset Modified, string LinkTarget);
