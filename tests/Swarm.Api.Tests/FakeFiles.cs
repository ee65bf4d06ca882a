using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Trees;
using Swarm.Runtime.Files;

namespace Swarm.Api.Tests;

/// <summary>Containers that have written seven bytes each.</summary>
internal sealed class FakeFiles : IContainerFiles
{
    public Task<FileEntry> FindAsync(ContainerId id, string path, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task ReadArchiveAsync(ContainerId id, string path, Stream archive, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task WriteArchiveAsync(
        ContainerId id, string path, Stream archive, UnpackRules rules, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public (uint User, uint Group) OwnerOf(ContainerId id) => throw new NotSupportedException();

    public Task ExportAsync(ContainerId id, Stream archive, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<ImmutableArray<TreeChange>> FindChangesAsync(ContainerId id, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<Digest> CommitAsync(
        ContainerId id, ImageCommit commit, bool pause, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<ContainerPlaces> FindPlacesAsync(ContainerId id, CancellationToken cancellation) =>
        Task.FromResult(new ContainerPlaces());

    public Task<Bytes> WritableSizeAsync(ContainerId id, CancellationToken cancellation) =>
        Task.FromResult(new Bytes(7));
}
