using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Peers;
using Swarm.Images.Registry;

namespace Swarm.Runtime.Images;

/// <summary>Where an image is taken from that is not here: from nodes that have it, or from its registry.</summary>
/// <remarks>Which comes first, and why, is told in docs/replication.md.</remarks>
/// <param name="cluster">Null for a host by itself.</param>
internal sealed class ImageSources(IImageStore store, IImageRegistries registries, IClusterImages? cluster)
{
    /// <summary>Pulls an image by its name, for somebody who asked for that.</summary>
    /// <exception cref="RegistryException">The registry does not give it, and the cluster does not know it.</exception>
    /// <exception cref="PeerException">It is the cluster's own, and nobody has it; or nobody says whether it is.
    /// </exception>
    public async Task<PulledImage> PullAsync(
        ImageReference name, string? platform, RegistryCredentials credentials, Action<TransferStep> tell,
        CancellationToken cancellation)
    {
        var known = name.Digest is null ? await FindKnownAsync(name, cancellation) : null;

        // What never came from a registry is not there; what is there by that name is a stranger's.
        if (known is { IsFromRegistry: false } own) return await TakeOwnAsync(own, name, platform, tell, cancellation);

        try
        {
            return await registries.PullAsync(name, platform, pinned: null, credentials, tell, cancellation);
        }
        // Nodes have of an image what runs on them: who wants another platform is led to the registry.
        catch (RegistryException refused) when (string.IsNullOrEmpty(platform) && MayBeElsewhere(refused.Fault))
        {
            if (name.Digest is { } digest) known = await FindByDigestAsync(name, digest, cancellation);
            if (known is not { Holders.IsEmpty: false } held) throw;
            tell(new TransferStep("", $"{name.Registry} does not give it: {refused.Message}"));
            return await FetchAsync(held, name, tell, cancellation);
        }
    }

    /// <summary>Brings the image that a container is to be made of.</summary>
    /// <returns>Its id, and whether it came from its registry.</returns>
    /// <exception cref="PeerException">As for a pull.</exception>
    public async Task<BroughtImage> BringAsync(
        ImageReference name, Digest? pinned, RegistryCredentials credentials, CancellationToken cancellation)
    {
        var byDigest = pinned is null && name.Digest is { } digest
            ? await FindByDigestAsync(name, digest, cancellation)
            : null;
        var known = pinned is { } id ? await FindPinnedAsync(id, name, cancellation)
            : name.Digest is null ? await FindKnownAsync(name, cancellation)
            : byDigest is { IsOfList: false } ? byDigest
            : null;
        if (known is { } held && (!held.Holders.IsEmpty || !held.IsFromRegistry))
        {
            try
            {
                var fetched = await FetchAsync(held, name, _ => { }, cancellation);
                return new BroughtImage(fetched.Id, IsFromRegistry: false);
            }
            catch (PeerException) when (held.IsFromRegistry)
            {
                // They went while they gave it; its registry may have it still.
            }
        }

        try
        {
            var pulled = await registries.PullAsync(
                name, platform: null, pinned, credentials, _ => { }, cancellation);
            return new BroughtImage(pulled.Id, IsFromRegistry: true) { Given = pulled.Given };
        }
        // Of a list nodes have what is for their platform; the registry has what is for this one's, and the list.
        catch (RegistryException refused) when (byDigest is { IsOfList: true } && MayBeElsewhere(refused.Fault))
        {
            var fetched = await FetchAsync(byDigest.Value, name, _ => { }, cancellation);
            return new BroughtImage(fetched.Id, IsFromRegistry: false);
        }
    }

    /// <summary>The one image that a digest of a repository means, here or on other nodes.</summary>
    /// <returns>Null where nobody has it; and where it is of a list that a registry has, by which that gives another
    /// image to a node of another platform.</returns>
    public async Task<Digest?> FindIdAsync(ImageReference name, CancellationToken cancellation)
    {
        if (name.Digest is not { } digest) return null;
        var known = name with { Tag = null };
        if (store.Find(name.ToString()) is { } here
            && (here.ManifestDigest == digest || here.OwnNames.Contains(known)))
        {
            return here.Id;
        }

        return await FindByDigestAsync(name, digest, cancellation) is { } found
            && (!found.IsOfList || found.Holders.All(held => held.OwnNames.Contains(known)))
            ? found.Id
            : null;
    }

    /// <inheritdoc cref="HostImages.FindGivenAnewAsync"/>
    public async Task<GivenName?> FindGivenAnewAsync(
        ImageReference name, Digest manifest, CancellationToken cancellation)
    {
        if (cluster is not { IsThere: true } || name.Digest is not null) return null;
        // What was pushed here by it, and is no image of this host, the cluster knows nothing of: it stays.
        if (store.Find(name.ToString()) is not { } here) return null;
        try
        {
            // Most names mean the same: then no other node is asked.
            return await cluster.FindMeaningAsync(name, cancellation) is { Origin: not ImageOrigin.Registry } meaning
                && (meaning.Image != here.Id || (meaning.Manifest ?? manifest) != manifest)
                && await FindKnownAsync(name, cancellation) is { IsFromRegistry: false } own
                ? new GivenName(own.Id, own.Manifest)
                : null;
        }
        catch (PeerException)
        {
            return null; // what is here goes on being given when the cluster cannot be asked
        }
    }

    private async Task<Known?> FindKnownAsync(ImageReference name, CancellationToken cancellation)
    {
        if (cluster is null || await cluster.FindMeaningAsync(name, cancellation) is not { } meaning) return null;
        var holders = await cluster.FindHoldersAsync(meaning.Image, cancellation);
        // Who was the first to know that a registry has it need not have said so yet; its holders have.
        var isFromRegistry = meaning.Origin == ImageOrigin.Registry
            || holders.Any(holder => holder.IsFromRegistry(name))
            || (meaning.Origin == ImageOrigin.Unknown && holders.IsEmpty);
        return new Known(meaning.Image, holders, isFromRegistry) { Manifest = meaning.Manifest };
    }

    /// <remarks>A registry may be asked for what no node has: it gives that image, or none.</remarks>
    private async Task<Known?> FindPinnedAsync(Digest id, ImageReference name, CancellationToken cancellation) =>
        cluster is not null && await cluster.FindHoldersAsync(id, cancellation) is { IsEmpty: false } holders
            ? new Known(id, holders, holders.Any(holder => holder.IsFromRegistry(name)))
            : null;

    /// <summary>Those that know an image of a repository by a digest, wherever they have it from: because its manifest
    /// has it, or by a name. That it is the one is checked.</summary>
    private async Task<Known?> FindByDigestAsync(
        ImageReference name, Digest digest, CancellationToken cancellation)
    {
        if (cluster is null) return null;
        var all = (await cluster.FindKnownByAsync(digest, cancellation))
            .Where(held => held.IsIn(name.Repository)).ToList();
        var holders = all.FindAll(held => held.Manifest == digest);
        // A list has no image of its own: whose names say that it came by that list has the one for its platform.
        var isOfList = holders.Count == 0;
        if (isOfList) holders = all.FindAll(held => held.Names.Contains(name with { Tag = null }));
        return holders.Count == 0
            ? null
            : new Known(
                holders[0].Id, [.. holders.Where(held => held.Id == holders[0].Id)], IsFromRegistry: true)
            {
                IsOfList = isOfList,
            };
    }

    /// <exception cref="ImageException">It is not for the platform that was asked for.</exception>
    private async Task<PulledImage> TakeOwnAsync(
        Known own, ImageReference name, string? platform, Action<TransferStep> tell, CancellationToken cancellation)
    {
        Check();
        var taken = store.Find(name.ToString()) is { } here && here.Id == own.Id
            ? TakeHere(here, name, tell)
            : await FetchAsync(own, name, tell, cancellation);
        Check(); // it was not here before, perhaps
        return taken;

        void Check()
        {
            if (string.IsNullOrEmpty(platform) || store.Find(own.Id.Value) is not { } image || image.IsFor(platform))
                return;
            throw new ImageException(
                ImageFault.NotFound,
                $"image with reference {name.Familiar} was found but does not provide the specified platform "
                + $"({platform}): it is of this cluster only, and for {image.Platform}");
        }
    }

    private static PulledImage TakeHere(StoredImage here, ImageReference name, Action<TransferStep> tell)
    {
        tell(new TransferStep("", $"Digest: {here.ManifestDigest}"));
        tell(new TransferStep("", $"Status: Image is up to date for {name.Familiar}"));
        return new PulledImage(here.Id, here.ManifestDigest, name, IsNew: false);
    }

    private async Task<PulledImage> FetchAsync(
        Known known, ImageReference name, Action<TransferStep> tell, CancellationToken cancellation)
    {
        if (known.Holders.IsEmpty)
        {
            throw new PeerException(
                $"{name.Familiar} means an image of this cluster only ({known.Id}), and no node that can be reached "
                + "has it");
        }

        tell(new TransferStep(name.Tag ?? "", $"Pulling from nodes of the cluster: {known.Holders.Length} have it"));
        var names = await NamesForAsync(known, name, cancellation);
        var (manifest, isNew) = await cluster!.PullAsync(known.Holders, names, tell, cancellation);
        // As it was given, so that the registry of this node gives the same by it.
        if (known.Manifest is { } given && names.Contains(name) && store.FollowTag(name, known.Id, given))
            manifest = given;
        tell(new TransferStep("", $"Digest: {manifest}"));
        tell(new TransferStep("", isNew
            ? $"Status: Downloaded newer image for {name.Familiar}"
            : $"Status: Image is up to date for {name.Familiar}"));
        return new PulledImage(known.Id, manifest, name, isNew);
    }

    /// <summary>The name itself only where it means that image: a service may run one that it meant before. And the
    /// digests by which its repository has it.</summary>
    private async Task<ImmutableArray<ImageReference>> NamesForAsync(
        Known known, ImageReference name, CancellationToken cancellation)
    {
        var digests = known.Holders.SelectMany(holder => holder.Names)
            .Where(other => other.Digest is not null && other.Repository == name.Repository)
            .Concat(known.Holders.Where(holder => holder.Manifest == name.Digest).Select(_ => name with { Tag = null }))
            .Distinct();
        return name.Digest is null && await MeansAsync(name, known.Id, cancellation)
            ? [name, .. digests]
            : [.. digests];
    }

    private async Task<bool> MeansAsync(ImageReference name, Digest image, CancellationToken cancellation)
    {
        try
        {
            return (await cluster!.FindMeaningAsync(name, cancellation))?.Image == image;
        }
        catch (PeerException)
        {
            return false; // it comes without the name, which nobody can tell now
        }
    }

    private static bool MayBeElsewhere(RegistryFault fault) => fault
        is RegistryFault.NotFound or RegistryFault.Unavailable or RegistryFault.Unauthorized or RegistryFault.Denied;

    /// <param name="Holders">Those that can be reached.</param>
    private readonly record struct Known(Digest Id, ImmutableArray<HeldImage> Holders, bool IsFromRegistry)
    {
        /// <summary>The manifest, or list, by which its tag was given, as far as the cluster knows.</summary>
        public Digest? Manifest { get; init; }

        /// <summary>Known by the digest of a list, of which it is the image for somebody's platform.</summary>
        public bool IsOfList { get; init; }
    }
}

/// <param name="IsFromRegistry">It came from its registry, and not from nodes that have it.</param>
internal readonly record struct BroughtImage(Digest Id, bool IsFromRegistry)
{
    /// <summary>The manifest, or list, that its registry means by the name.</summary>
    public Digest? Given { get; init; }
}

/// <summary>What a tag of this cluster's own means.</summary>
/// <param name="Manifest">The manifest, or list, by which it was given; null where that is not known.</param>
public sealed record GivenName(Digest Image, Digest? Manifest);
