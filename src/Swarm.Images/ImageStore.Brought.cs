using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Repositories;
using Swarm.Linux.Files;

namespace Swarm.Images;

/// <summary>Manifests and lists that other nodes were given, and that come here.</summary>
public sealed partial class ImageStore
{
    // When it is asked for is noted within an hour; clients go on with its blobs for a while.
    private static readonly TimeSpan BroughtKept = TimeSpan.FromHours(2);

    // Who asks for an image is told of so many; of one that has more those that its tags mean here, and the newest.
    private const int ListsMax = 64;

    /// <summary>Manifests with blobs that are here for who asked for them; beyond that the one goes that was asked for
    /// the longest ago.</summary>
    internal int BroughtMax { get; set; } = 10_000;

    /// <inheritdoc/>
    public Digest? ManifestOf(ImageReference tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        using (_gate.Enter())
        {
            return _repositories.FindTag(tag) is { Image: { } image } given && _catalog.Find(tag)?.Id == image
                ? given.Digest
                : null;
        }
    }

    /// <inheritdoc/>
    public Digest? UntoldManifestOf(ImageReference tag, Digest image)
    {
        ArgumentNullException.ThrowIfNull(tag);
        using (_gate.Enter())
        {
            return _repositories.FindTag(tag) is { IsUntold: true } given && given.Image == image
                && _catalog.Find(tag)?.Id == image
                ? given.Digest
                : null;
        }
    }

    /// <inheritdoc/>
    public void MarkTold(ImageReference tag, Digest manifest)
    {
        ArgumentNullException.ThrowIfNull(tag);
        using (_gate.Enter())
        {
            if (_repositories.FindTag(tag) is not { IsUntold: true } given || given.Digest != manifest) return;
            try
            {
                _repositories.Keep(given with { IsUntold = false });
            }
            catch (IOException)
            {
                // It is told once more when swarmd starts next.
            }
        }
    }

    /// <inheritdoc/>
    public bool FollowTag(ImageReference tag, Digest image, Digest manifest)
    {
        ArgumentNullException.ThrowIfNull(tag);
        using (_gate.Enter())
        {
            if (_catalog.Find(tag)?.Id != image || FindManifestIn(tag, manifest.Value) is null) return false;
            try
            {
                if (MeaningOf(tag) != manifest) TagManifest([tag], manifest, image);
                return true;
            }
            catch (IOException)
            {
                return false; // it is followed when the disk takes that again
            }
        }
    }

    /// <summary>The lists that are here of those by whose digests an image is known, in the order of their names.
    /// </summary>
    /// <remarks>None that carries blobs itself: those do not go with an image.</remarks>
    internal ImmutableArray<KeptList> ListsOf(Digest image)
    {
        using (_gate.Enter())
        {
            var names = _catalog.NamesOf(image);
            var meant = names.Where(name => name.Tag is not null)
                .Select(tag => (tag.Repository, MeaningOf(tag))).ToHashSet();
            return
            [
                .. names.Where(name => name.Digest is not null)
                    .Select(name => (Name: name, Record: RecordOf(name)))
                    .Where(one => one.Record is { IsList: true, Blobs.IsEmpty: true } list
                        && FindBlob(list.Digest) is not null)
                    .OrderByDescending(one => meant.Contains((one.Name.Repository, one.Name.Digest)))
                    .ThenByDescending(one => one.Record!.Since)
                    .Take(ListsMax)
                    .Select(one => new KeptList(one.Name, one.Record!.SizeBytes, one.Record.MediaType))
                    .OrderBy(list => list.Name.ToString(), StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>Brings blobs to the disk that came one by one.</summary>
    internal Task SyncAsync(CancellationToken cancellation) => DedicatedThread.RunAsync(
        () =>
        {
            Durability.SyncFileSystem(_folders.Root);
            return true;
        },
        cancellation);

    /// <summary>Keeps what was brought from another node, and is held with all that it is made of.</summary>
    /// <remarks>What was pushed here stays that.</remarks>
    internal void KeepBrought(ImageReference name, PushedDocument document, byte[] content)
    {
        using (_gate.Enter())
        {
            var record = document.Record(name.Repository, name.Digest!.Value, content.Length, _time.GetUtcNow());
            KeepManifest(
                content, record with { IsBrought = RecordOf(name) is not { IsBrought: false } }, int.MaxValue);
            RemoveOldestBrought();
            Changed?.Invoke();
        }
    }

    /// <summary>Makes an image known by the digest of a list that was brought for it.</summary>
    /// <remarks>Not where it is gone; and where that list has another image of this host, of another platform, that
    /// stays the one.</remarks>
    internal void KnowBy(ImageReference list, Digest image, bool isOwn)
    {
        using (_gate.Enter())
        {
            if (_catalog.Find(image) is not null && _catalog.Find(list) is null)
                _catalog.Name(list, image, isOwn);
        }
    }

    /// <summary>What a list lists that is pushed here stays as long as that, also where it was brought.</summary>
    internal void KeepListed(ImageReference repository, PushedDocument list)
    {
        using (_gate.Enter())
        {
            foreach (var listed in list.Children.Select(child => repository with { Tag = null, Digest = child.Digest }))
            {
                if (RecordOf(listed) is { IsBrought: true } brought)
                    _repositories.Keep(brought with { IsBrought = false });
            }
        }
    }

    private void RemoveOldestBrought()
    {
        var brought = _repositories.All.Values.SelectMany(content => content.Manifests.Values)
            .Where(one => one is { IsBrought: true, Blobs.IsEmpty: false }).ToList();
        if (brought.Count <= BroughtMax) return;
        var oldest = brought.OrderBy(one => one.Since).FirstOrDefault(
            one => !NamedIn(one.Repository, _repositories.Find(one.Repository)!).Contains(one.Digest));
        if (oldest is not null) _repositories.Remove([oldest]);
    }

    /// <summary>Removes what was brought for somebody who asked for it, and that nobody has asked for since.</summary>
    private void RemoveBrought(DateTimeOffset before)
    {
        using (_gate.Enter())
        {
            foreach (var (repository, content) in _repositories.All.ToList())
            {
                var named = NamedIn(repository, content);
                _repositories.Remove(
                [
                    .. content.Manifests.Values.Where(one => one is { IsBrought: true, Blobs.IsEmpty: false }
                        && one.Since < before && !named.Contains(one.Digest)),
                ]);
            }
        }
    }

    private ManifestRecord? RecordOf(ImageReference name) =>
        _repositories.Find(name.Repository)?.Manifests.GetValueOrDefault(name.Digest!.Value);

    /// <summary>Who is given a manifest that was brought asks for its blobs next: it stays for as long again.</summary>
    private void RefreshBrought(ManifestRecord manifest)
    {
        if (!manifest.IsBrought || _time.GetUtcNow() - manifest.Since <= LinkFreshFor) return;
        try
        {
            Touch(manifest.Repository, manifest.Digest);
        }
        catch (IOException)
        {
            // It stays as long as it would have.
        }
    }
}

/// <summary>A list of manifests, by whose digest an image is known.</summary>
internal sealed record KeptList(ImageReference Name, long Size, string MediaType);
