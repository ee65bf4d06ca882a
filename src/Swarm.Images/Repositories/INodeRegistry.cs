using System.Collections.Immutable;
using Swarm.Core.Images;

namespace Swarm.Images.Repositories;

/// <summary>The repositories of this node, as a registry gives and takes them.</summary>
/// <remarks>
/// Safe for use by many at once. Told in docs/registry.md. A repository is meant by its registry and path; tag and
/// digest of what is given for it say nothing.
/// </remarks>
public interface INodeRegistry
{
    /// <summary>32 bytes that nobody else knows; the same for as long as the store is.</summary>
    byte[] Secret { get; }

    /// <summary>Uploads that are open, and the bytes of them.</summary>
    (int Count, long Bytes) MeasureUploads();

    /// <summary>Repositories that have something, in the order of their names.</summary>
    ImmutableArray<ImageReference> ListRepositories();

    /// <summary>Repositories that have a blob, also where no manifest has it yet.</summary>
    ImmutableArray<ImageReference> ListRepositoriesWith(Digest blob);

    /// <summary>The tags of a repository, in their order.</summary>
    /// <returns>Null when there is no such repository.</returns>
    ImmutableArray<string>? ListTags(ImageReference repository);

    /// <returns>Null when the repository has no such blob.</returns>
    StoredBlob? FindBlob(ImageReference repository, Digest digest);

    /// <summary>Makes a blob of other repositories one of this, too.</summary>
    /// <returns>Whether one of them has it.</returns>
    bool Mount(ImageReference repository, Digest digest, IEnumerable<ImageReference> from);

    /// <summary>Takes away a blob that no manifest has.</summary>
    /// <exception cref="RepositoryException">The repository has no such blob, or a manifest has it.</exception>
    void RemoveBlob(ImageReference repository, Digest digest);

    /// <exception cref="RepositoryException">There are too many uploads.</exception>
    UploadProgress BeginUpload(ImageReference repository);

    /// <exception cref="RepositoryException">There is no such upload.</exception>
    UploadProgress FindUpload(ImageReference repository, string id);

    /// <summary>Takes the next part of an upload; what comes of it stays, also when it is cut.</summary>
    /// <param name="range">Where the client says that the part lies; null where it does not say.</param>
    /// <exception cref="RepositoryException">No such upload; the wrong part; too many bytes, or too few.</exception>
    Task<UploadProgress> ReceiveAsync(
        ImageReference repository, string id, ChunkRange? range, Stream body, CancellationToken cancellation);

    /// <summary>Takes the last part, and ends an upload: the blob is on the disk when this returns.</summary>
    /// <exception cref="RepositoryException">As for a part; or what came has another digest, and is gone.</exception>
    Task FinishAsync(
        ImageReference repository, string id, ChunkRange? range, Stream body, Digest digest,
        CancellationToken cancellation);

    /// <exception cref="RepositoryException">There is no such upload.</exception>
    void CancelUpload(ImageReference repository, string id);

    /// <param name="reference">A tag, or a digest.</param>
    /// <returns>Null when there is none.</returns>
    StoredManifest? FindManifest(ImageReference repository, string reference);

    /// <summary>A manifest of an image of this host, in a repository that may have it by several.</summary>
    /// <returns>Null when the repository has none.</returns>
    StoredManifest? FindManifestOf(ImageReference repository, Digest image);

    /// <summary>Keeps a manifest byte for byte, and makes tags mean it. Where a tag means an image that can run here,
    /// it becomes an image of this host.</summary>
    /// <param name="reference">A tag, or its digest.</param>
    /// <param name="tags">More tags.</param>
    /// <exception cref="RepositoryException">It is none, or what it is made of is not here.</exception>
    Task<PushedManifest> PutManifestAsync(
        ImageReference repository, string reference, ImmutableArray<string> tags, string contentType, byte[] content,
        CancellationToken cancellation);

    /// <summary>Takes away a tag; or by its digest a manifest with all its tags.</summary>
    /// <returns>Names that no longer mean an image of this host.</returns>
    /// <exception cref="RepositoryException">There is none.</exception>
    ImmutableArray<TakenName> RemoveManifest(ImageReference repository, string reference);

    /// <summary>What is about a manifest, which need not be here.</summary>
    /// <param name="subject">Its digest, by whichever algorithm.</param>
    /// <param name="artifactType">Only of this type; empty for all.</param>
    /// <param name="after">The last one of the page before.</param>
    ReferrersPage ListReferrers(ImageReference repository, string subject, string artifactType, Digest? after);
}

/// <summary>A blob of the store.</summary>
public sealed record StoredBlob(Digest Digest, long Size, string Path)
{
    /// <summary>Opens it: it can be read to its end, whatever becomes of it meanwhile.</summary>
    /// <returns>Null when it went since it was found.</returns>
    public Stream? Open()
    {
        try
        {
            return new FileStream(
                Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0,
                useAsync: true);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}

/// <param name="Size">Bytes that are here.</param>
public sealed record UploadProgress(string Id, long Size);

/// <param name="MediaType">As it was pushed.</param>
public sealed record StoredManifest(Digest Digest, string MediaType, byte[] Content);

/// <param name="Subject">The digest of the manifest that it says it is about.</param>
/// <param name="Image">The image that it is on this host; null where it is none that can run here.</param>
/// <param name="Tags">What means it now.</param>
/// <param name="Unnamed">Names that meant an image of this host before.</param>
/// <param name="Warning">Why it cannot run here, though it says that it is an image.</param>
public sealed record PushedManifest(
    Digest Digest, string? Subject, Digest? Image, ImmutableArray<ImageReference> Tags,
    ImmutableArray<TakenName> Unnamed, string? Warning);

/// <summary>A name that was taken away from an image of this host.</summary>
public sealed record TakenName(ImageReference Name, Digest Image);

/// <param name="Content">A list of manifests.</param>
/// <param name="Last">The last one in it, when there are more.</param>
public sealed record ReferrersPage(byte[] Content, Digest? Last);

/// <summary>Where a part of an upload lies, both ends included.</summary>
public sealed record ChunkRange(long First, long Last)
{
    public long Length => Last - First + 1;
}
