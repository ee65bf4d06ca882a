using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Archives;
using Swarm.Images.Blobs;
using Swarm.Images.Registry;
using Swarm.Images.Repositories;
using Swarm.Linux.Files;

namespace Swarm.Images;

/// <summary>What a registry changes in the store.</summary>
public sealed partial class ImageStore
{
    private const int LinksMax = 100_000;

    private static readonly TimeSpan LinkFreshFor = TimeSpan.FromHours(1);

    /// <summary>Puts a blob that was uploaded in its place; it is a repository's from now on.</summary>
    internal void AdoptUpload(string repository, StagedBlob blob)
    {
        using (_gate.Enter())
        {
            Link(repository, blob.Digest);
            Adopt(blob);
        }

        Durability.SyncFolder(_folders.Blobs);
    }

    /// <returns>Whether one of these repositories has it.</returns>
    internal bool LinkFrom(ImageReference repository, Digest digest, IEnumerable<ImageReference> from)
    {
        using (_gate.Enter())
        {
            if (FindBlob(digest) is null || !from.Any(one => HasBlob(one.Repository, digest))) return false;
            // Also where it is part of something, which may go before the manifest comes for which it is wanted.
            if (!RefreshLink(repository.Repository, digest)) Link(repository.Repository, digest);
            return true;
        }
    }

    /// <exception cref="RepositoryException">It is not there, or part of something.</exception>
    internal void Unlink(ImageReference repository, Digest digest)
    {
        using (_gate.Enter())
        {
            if (!HasBlob(repository.Repository, digest))
                throw new RepositoryException(RepositoryFault.BlobUnknown, $"there is no blob {digest} here");
            if (IsPart(repository.Repository, digest))
            {
                throw new RepositoryException(
                    RepositoryFault.Unsupported, $"blob {digest} is part of a manifest, and goes with that");
            }

            _repositories.Remove([_repositories.Find(repository.Repository)!.Links[digest]]);
        }

        SweepAfterRemoval();
    }

    /// <summary>Checks that a repository has all that a manifest is made of, which is held.</summary>
    internal void RequireParts(ImageReference repository, PushedDocument document)
    {
        using (_gate.Enter())
        {
            foreach (var part in document.Blobs)
            {
                if (!HasBlob(repository.Repository, part.Digest) || FindBlob(part.Digest) is not { } blob)
                    throw Missing("blob", part.Digest);
                if (blob.Size != part.Size)
                {
                    throw new RepositoryException(
                        RepositoryFault.ManifestInvalid,
                        $"blob {part.Digest} has {blob.Size} bytes, and the manifest says {part.Size}");
                }
            }

            foreach (var part in document.Children)
            {
                if (FindManifestIn(repository, part.Digest.Value) is null) throw Missing("manifest", part.Digest);
            }
        }
    }

    /// <summary>Keeps a manifest that is held, with all that it is made of.</summary>
    internal void KeepManifest(byte[] manifest, ManifestRecord record, int manifestsMax)
    {
        using (_gate.Enter())
        {
            var content = _repositories.Find(record.Repository);
            if (content?.Manifests.GetValueOrDefault(record.Digest) is not { IsBrought: false }
                && _repositories.OwnCount >= manifestsMax)
            {
                throw new RepositoryException(
                    RepositoryFault.TooManyRequests, $"there are {manifestsMax} manifests, and no more are taken");
            }

            var path = _folders.Blob(record.Digest);
            _folders.WriteWhole(path, manifest);
            File.SetUnixFileMode(path, ReadOnly);
            _repositories.Keep(record);
            // From now on they are held by the manifest.
            _repositories.Remove(
                [.. content?.Links.Values.Where(link => record.Blobs.Contains(link.Digest)) ?? []]);
        }
    }

    /// <summary>Keeps the list by which an image was pulled: others may want another platform of it.</summary>
    /// <remarks>What of it is not here is asked for when it is wanted.</remarks>
    internal void KeepList(ImageReference name, FetchedManifest list, Digest image)
    {
        PushedDocument document;
        try
        {
            document = PushedDocument.Read(list.Content, list.MediaType, $"manifest {list.Digest}");
        }
        catch (RepositoryException)
        {
            return; // the image is here all the same
        }

        using var hold = HoldBlobs([list.Digest]);
        KeepManifest(
            list.Content,
            document.Record(name.Repository, list.Digest, list.Content.Length, _time.GetUtcNow()), int.MaxValue);
        using (_gate.Enter())
        {
            if (name.Digest is null) TagManifest([name], list.Digest, image);
            Changed?.Invoke();
        }
    }

    /// <summary>Makes an image of blobs that are held one of this host by these names.</summary>
    /// <remarks>One that is here stays as it is: its layers were checked, and those that come along were not.</remarks>
    internal async Task AdoptImageAsync(ArchivedImage image, ScratchFolder scratch, CancellationToken cancellation)
    {
        using (_gate.Enter())
        {
            if (_catalog.Find(image.Config.Digest) is not null)
            {
                foreach (var name in image.Names)
                    _catalog.Name(name, image.Config.Digest, image.OwnNames.Contains(name));
                return;
            }
        }

        await InstallAsync([image], scratch, cancellation);
    }

    /// <summary>Makes tags mean a manifest.</summary>
    /// <param name="image">What the names mean on this host; null where they mean none.</param>
    /// <param name="isUntold">Whether the cluster has to be told that.</param>
    /// <returns>Names that meant an image of this host, and mean none now.</returns>
    internal ImmutableArray<TakenName> TagManifest(
        ImmutableArray<ImageReference> tags, Digest manifest, Digest? image, bool isUntold = false)
    {
        var unnamed = ImmutableArray.CreateBuilder<TakenName>();
        using (_gate.Enter())
        {
            foreach (var tag in tags)
            {
                var before = MeaningOf(tag);
                _repositories.Keep(new TagRecord(tag.Repository, tag.Tag!, manifest, image, isUntold));
                if (image is null && _catalog.Find(tag) is { } named)
                {
                    _catalog.RemoveName(tag);
                    unnamed.Add(new TakenName(tag, named.Id));
                }

                if (before is { } other && other != manifest) Touch(tag.Repository, other);
            }
        }

        return unnamed.ToImmutable();
    }

    /// <summary>Who is told that a blob is here that waits for its manifest counts on it: it waits anew.</summary>
    /// <returns>Whether there is such a blob.</returns>
    private bool RefreshLink(string repository, Digest digest)
    {
        if (_repositories.Find(repository)?.Links.GetValueOrDefault(digest) is not { } link) return false;
        var now = _time.GetUtcNow();
        if (now - link.Since <= LinkFreshFor) return true;
        try
        {
            _repositories.Keep(link with { Since = now });
        }
        catch (IOException)
        {
            // It waits as long as it would have.
        }

        return true;
    }

    private void Link(string repository, Digest digest)
    {
        if (_repositories.LinkCount >= LinksMax)
        {
            throw new RepositoryException(
                RepositoryFault.TooManyRequests, $"{LinksMax} blobs wait for a manifest, and no more are taken");
        }

        _repositories.Keep(new LinkRecord(repository, digest, _time.GetUtcNow()));
    }

    // What was led to until now is kept for a while.
    private void Touch(string repository, Digest manifest)
    {
        if (_repositories.Find(repository)?.Manifests.GetValueOrDefault(manifest) is { } record)
            _repositories.Keep(record with { Since = _time.GetUtcNow() });
    }

    private static RepositoryException Missing(string kind, Digest digest) => new(
        RepositoryFault.ManifestBlobUnknown, $"the {kind} {digest} is not in this repository");

    [LoggerMessage(LogLevel.Information, "Removed {Manifests} manifests and {Blobs} blobs that nothing led to")]
    private partial void LogUnreached(int manifests, int blobs);
}
