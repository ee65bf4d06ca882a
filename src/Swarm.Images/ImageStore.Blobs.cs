using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Archives;
using Swarm.Images.Blobs;
using Swarm.Images.Collecting;
using Swarm.Images.Layers;
using Swarm.Images.Names;
using Swarm.Images.Peers;

namespace Swarm.Images;

/// <summary>Blobs for those who bring them, and who send them elsewhere.</summary>
public sealed partial class ImageStore
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // Blobs that are on their way in or out, and images of which a container is about to be made.
    private readonly Holds _heldBlobs = new();
    private readonly Holds _heldImages = new();

    /// <inheritdoc/>
    public IDisposable? HoldImage(string nameOrId)
    {
        using (_gate.Enter())
        {
            if (ImageSearch.Find(_catalog, nameOrId) is not { } image) return null;
            ImmutableArray<Digest> held = [image.Id];
            _heldImages.Add(held);
            NoteUse(image.Id);
            return new Hold(() =>
            {
                using (_gate.Enter()) _heldImages.Remove(held);
            });
        }
    }

    /// <summary>Keeps blobs from being swept away, be they here or yet to come.</summary>
    internal IDisposable HoldBlobs(ImmutableArray<Digest> digests)
    {
        using (_gate.Enter()) _heldBlobs.Add(digests);
        return new Hold(() =>
        {
            using (_gate.Enter()) _heldBlobs.Remove(digests);
            // What was brought for nothing goes.
            _isSweepDue = true;
            SweepIfDue();
        });
    }

    /// <summary>An image with its blobs held.</summary>
    internal (KnownImage Image, IDisposable Hold) HoldWhole(string nameOrId)
    {
        using (_gate.Enter())
        {
            var image = Get(nameOrId);
            return (image, HoldBlobs(
                [image.Id, image.ManifestDigest, .. image.Layers.Select(layer => layer.Blob)]));
        }
    }

    /// <summary>A blob of the store that is held.</summary>
    /// <returns>Null when it is not here.</returns>
    internal StagedBlob? FindBlob(Digest digest)
    {
        var file = new FileInfo(_folders.Blob(digest));
        return file.Exists ? new StagedBlob(file.FullName, digest, file.Length) : null;
    }

    /// <summary>A blob of the store that is held. One of one piece, or of another size than it should have, only if it
    /// still is what its name says: else it is set aside.</summary>
    /// <returns>Null when it is not here.</returns>
    internal async Task<StagedBlob?> FindSoundAsync(Digest digest, long size, CancellationToken cancellation)
    {
        var blob = FindBlob(digest);
        if (blob is null || (blob.Size > BlobPieces.PieceBytes && blob.Size == size)) return blob;
        return await DedicatedThread.RunAsync(() => IsSound(blob, cancellation) ? blob : null, cancellation);
    }

    private bool IsSound(StagedBlob blob, CancellationToken cancellation)
    {
        var written = File.GetLastWriteTimeUtc(blob.Path);
        try
        {
            var digest = PieceSums.ReadDigest(blob.Path, cancellation);
            if (digest == blob.Digest) return true;
            LogRotten(blob.Digest, blob.Path, digest);
            SetAside(blob, written);
        }
        catch (FileNotFoundException)
        {
            // It went in this moment.
        }
        catch (IOException lost) when (LostContent.IsIn(lost))
        {
            SetAsideUnread(blob, written, lost);
        }

        return false;
    }

    /// <summary>Whether every blob of an image is here.</summary>
    internal bool IsWhole(Digest image)
    {
        using (_gate.Enter()) return _catalog.Find(image) is { } known && IsWhole(known);
    }

    private bool IsWhole(KnownImage image) => image.Layers.Select(layer => layer.Blob)
        .Append(image.Id).Append(image.ManifestDigest).All(blob => File.Exists(_folders.Blob(blob)));

    /// <summary>Takes a blob out of its place that is not what its name says. It counts as one that has come in part:
    /// when it is fetched again, what of it is right is not.</summary>
    /// <param name="written">Of what was found broken; what was brought since stays.</param>
    internal void SetAside(StagedBlob blob, DateTime written)
    {
        using (_gate.Enter())
        {
            var path = _folders.Blob(blob.Digest);
            if (!File.Exists(path) || File.GetLastWriteTimeUtc(path) != written) return;
            var aside = Path.Combine(_folders.Parts, blob.Digest.Hex);
            StoreFolders.Move(path, aside);
            try
            {
                File.SetUnixFileMode(aside, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                File.SetLastWriteTimeUtc(aside, _time.GetUtcNow().UtcDateTime);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                // Of what the disk has lost it may not let anything be changed; then it is begun anew.
            }

            Changed?.Invoke();
        }
    }

    /// <summary>Takes a blob out of its place that the disk does not give, as one that is not what its name says.
    /// </summary>
    internal void SetAsideUnread(StagedBlob blob, DateTime written, IOException lost)
    {
        LogLost(blob.Digest, blob.Path, lost.Message);
        SetAside(blob, written);
    }

    /// <summary>Puts a checked blob, which is held, in its place.</summary>
    internal StagedBlob Adopt(StagedBlob blob)
    {
        var path = _folders.Blob(blob.Digest);
        File.SetUnixFileMode(blob.Path, ReadOnly);
        StoreFolders.Move(blob.Path, path);
        return blob with { Path = path };
    }

    internal ScratchFolder NewScratch() => _folders.NewScratch();

    /// <summary>Begins to unpack layers of an image whose blobs are held before all of them are here.</summary>
    internal ImageAhead UnpackAhead() => _unpacksAhead.Begin();

    /// <summary>Takes in an image whose blobs are held. Names that meant another image mean this one.</summary>
    /// <returns>Whether one of its names means another image than before.</returns>
    internal async Task<bool> InstallPulledAsync(
        ArchivedImage image, ScratchFolder scratch, ImageAhead ahead, CancellationToken cancellation)
    {
        bool isNew;
        using (_gate.Enter()) isNew = image.Names.Any(name => _catalog.Find(name)?.Id != image.Config.Digest);
        await InstallAsync([image], scratch, ahead, cancellation);
        return isNew;
    }

    /// <summary>Notes by which digest a repository has an image.</summary>
    internal void NameByDigest(ImageReference name, Digest image)
    {
        using (_gate.Enter())
        {
            if (_catalog.Find(image) is not null) _catalog.Name(name, image);
        }
    }

    /// <summary>Repositories of a registry in which a blob is known to be.</summary>
    internal ImmutableArray<string> RepositoriesWith(Digest blob, string registry)
    {
        using (_gate.Enter())
        {
            return
            [
                .. _catalog.Images
                    .Where(image => image.Layers.Any(layer => layer.Blob == blob))
                    .SelectMany(image => _catalog.NamesOf(image.Id))
                    .Where(name => name.Registry == registry && name.Digest is not null)
                    .Select(name => name.Path)
                    .Distinct(),
            ];
        }
    }

    /// <summary>The tags of a repository on this host.</summary>
    internal ImmutableArray<ImageReference> TagsOf(string repository)
    {
        using (_gate.Enter()) return _catalog.TagsOf(repository);
    }

    internal StoreFolders Folders => _folders;

    internal long LayerMax => _options.Limits.LayerMax.Value;

    [LoggerMessage(LogLevel.Error,
        "Blob {Blob} is broken: the content of {Path} has the digest {Digest}. It is set aside, and brought anew when "
        + "it is wanted")]
    private partial void LogRotten(Digest blob, string path, Digest digest);

    [LoggerMessage(LogLevel.Error,
        "Blob {Blob} is broken: the disk does not give {Path}: {Reason}. It is set aside, its images do not count as "
        + "copies until it is here again, and it is brought anew when it is wanted")]
    private partial void LogLost(Digest blob, string path, string reason);
}
