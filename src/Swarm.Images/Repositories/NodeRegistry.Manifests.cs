using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Archives;
using Swarm.Images.Blobs;
using Swarm.Images.Manifests;

namespace Swarm.Images.Repositories;

public sealed partial class NodeRegistry
{
    /// <inheritdoc/>
    public StoredManifest? FindManifest(ImageReference repository, string reference) =>
        _store.FindManifestIn(repository, reference);

    /// <inheritdoc/>
    public StoredManifest? FindManifestOf(ImageReference repository, Digest image) =>
        _store.FindManifestOf(repository, image);

    /// <inheritdoc/>
    public async Task<PushedManifest> PutManifestAsync(
        ImageReference repository, string reference, ImmutableArray<string> tags, string contentType, byte[] content,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(content);
        var digest = Digest.Of(content);
        var isByDigest = Digest.TryParse(reference, out var asked);
        if (isByDigest && asked != digest)
        {
            throw new RepositoryException(
                RepositoryFault.DigestInvalid, $"the manifest has the digest {digest}, not {asked}");
        }

        ImmutableArray<ImageReference> names =
        [
            .. (isByDigest ? tags : tags.Add(reference)).Distinct()
                .Select(tag => repository with { Tag = tag, Digest = null }),
        ];
        var document = PushedDocument.Read(content, contentType, $"manifest {digest}");
        using var hold = _store.HoldBlobs([digest, .. document.Blobs.Select(blob => blob.Digest)]);
        _store.RequireParts(repository, document);
        _store.KeepListed(repository, document);
        _store.KeepManifest(
            content, document.Record(repository.Repository, digest, content.Length, _time.GetUtcNow()),
            _options.ManifestsMax);

        var (image, warning) = names.IsEmpty
            ? (null, null)
            : await BecomeImageAsync(repository, names, digest, document, content, cancellation);
        var unnamed = names.IsEmpty ? [] : _store.TagManifest(names, digest, image, image is not null);
        LogPushed(repository.Repository, digest, document.MediaType, names);
        return new PushedManifest(digest, document.Subject, image, names, unnamed, warning);
    }

    /// <inheritdoc/>
    public ImmutableArray<TakenName> RemoveManifest(ImageReference repository, string reference)
    {
        ArgumentNullException.ThrowIfNull(repository);
        if (Digest.TryParse(reference, out var digest))
        {
            var unnamed = _store.RemoveManifestIn(repository, digest) ?? throw Unknown(repository, reference);
            LogRemoved(repository.Repository, reference);
            return unnamed;
        }

        var name = repository with { Tag = reference, Digest = null };
        var taken = _store.RemoveTagIn(name) ?? throw Unknown(repository, reference);
        LogRemoved(repository.Repository, reference);
        return taken;
    }

    /// <inheritdoc/>
    public ReferrersPage ListReferrers(
        ImageReference repository, string subject, string artifactType, Digest? after)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return ReferrersList.Write(
            _store.ManifestsAbout(repository, subject)
                .Where(one => artifactType.Length == 0 || one.ArtifactType == artifactType)
                .Where(one => after is not { } last || string.CompareOrdinal(one.Digest.Value, last.Value) > 0),
            one => _store.ReadManifest(one.Digest));
    }

    /// <summary>Takes a manifest, or of a list the one for this host, for an image, where it is one.</summary>
    private async Task<(Digest? Image, string? Warning)> BecomeImageAsync(
        ImageReference repository, ImmutableArray<ImageReference> names, Digest top, PushedDocument document,
        byte[] content, CancellationToken cancellation)
    {
        try
        {
            if (Choose(repository, document, content) is not ({ IsImage: true, Config: { } config } chosen, var bytes))
                return (null, null);

            using var hold = _store.HoldBlobs([Digest.Of(bytes), .. chosen.Blobs.Select(blob => blob.Digest)]);
            using var scratch = _store.NewScratch();
            // By its digest it is known here, and nowhere else for that.
            var own = repository with { Tag = null, Digest = top };
            var image = ArchivedImage.Create(
                [.. names, own], StagedBlob.Write(scratch.NewPath(), bytes), Find(config),
                $"configuration {config.Digest}", [.. chosen.Layers.Select(Find)]) with
            {
                OwnNames = [own],
            };
            var platform = ImagePlatform.Normal(
                image.Document.Configuration.OperatingSystem, image.Document.Configuration.Architecture,
                image.Document.Configuration.Variant);
            if (platform != ImagePlatform.Host)
                return (null, $"it is kept, and is for {platform}, where this host is {ImagePlatform.Host}");
            await _store.AdoptImageAsync(image, scratch, cancellation);
            return (config.Digest, null);
        }
        catch (ImageException wrong)
        {
            LogNoImage(repository.Repository, top, wrong.Message);
            return (null, $"it is kept, and cannot be run: {wrong.Message}");
        }
    }

    private (PushedDocument Document, byte[] Content)? Choose(
        ImageReference repository, PushedDocument document, byte[] content)
    {
        if (document.Config is not null) return (document, content);
        if (ImageIndex.Choose(document.Children, ImagePlatform.Host) is not { } child
            || FindManifest(repository, child.Digest.Value) is not { } found)
        {
            return null;
        }

        try
        {
            return (
                PushedDocument.Read(found.Content, found.MediaType, $"manifest {found.Digest}"), found.Content);
        }
        catch (RepositoryException)
        {
            return null; // it came by another way than a push
        }
    }

    private StagedBlob Find(Descriptor blob) => _store.FindBlob(blob.Digest) ?? throw new ImageException(
        ImageFault.NotFound, $"blob {blob.Digest} is gone");

    private static RepositoryException Unknown(ImageReference repository, string reference) => new(
        RepositoryFault.ManifestUnknown, $"there is no manifest {reference} in {repository.FamiliarRepository}");

    [LoggerMessage(LogLevel.Information, "Received manifest {Digest} ({Type}) for {Repository}, tagged {Names}")]
    private partial void LogPushed(
        string repository, Digest digest, string type, ImmutableArray<ImageReference> names);

    [LoggerMessage(LogLevel.Information, "Removed manifest {Reference} of {Repository}")]
    private partial void LogRemoved(string repository, string reference);

    [LoggerMessage(LogLevel.Warning, "Manifest {Digest} of {Repository} is no image for this host: {Reason}")]
    private partial void LogNoImage(string repository, Digest digest, string reason);
}
