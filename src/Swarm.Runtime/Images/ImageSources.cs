using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Peers;
using Swarm.Images.Registry;

namespace Swarm.Runtime.Images;

/// <summary>Where an image is taken from that is not here: from nodes that have it, or from its registry.</summary>
/// <remarks>Which comes first, and why, is told in docs/replication.md.</remarks>
/// <param name="cluster">Null for a host by itself.</param>
internal sealed class ImageSources(IImageRegistries registries, IClusterImages? cluster)
{
    /// <summary>Pulls an image by its name, for somebody who asked for that.</summary>
    /// <exception cref="RegistryException">The registry does not give it, and the cluster does not know it.</exception>
    public async Task<PulledImage> PullAsync(
        ImageReference name, string? platform, RegistryCredentials credentials, Action<TransferStep> tell,
        CancellationToken cancellation)
    {
        // Nodes have of an image what runs on them: who wants another platform is led to the registry.
        var known = string.IsNullOrEmpty(platform) ? await FindKnownAsync(name, cancellation) : null;

        // What never came from a registry is not there; what is there by that name is a stranger's.
        if (known is { } own && !CameFromRegistry(name, own.Holders))
            return await FetchAsync(own, name, tell, cancellation);

        try
        {
            return await registries.PullAsync(name, platform, credentials, tell, cancellation);
        }
        catch (RegistryException refused) when (known is not null && MayBeElsewhere(refused.Fault))
        {
            tell(new TransferStep("", $"{name.Registry} does not give it: {refused.Message}"));
            return await FetchAsync(known.Value, name, tell, cancellation);
        }
    }

    /// <summary>Brings the image that a container is to be made of.</summary>
    /// <returns>Its id.</returns>
    public async Task<Digest> BringAsync(
        ImageReference name, Digest? pinned, RegistryCredentials credentials, CancellationToken cancellation)
    {
        var known = pinned is { } id
            ? await FindHoldersAsync(id, cancellation)
            : await FindKnownAsync(name, cancellation);
        if (known is { } held)
        {
            try
            {
                return (await FetchAsync(held, name, _ => { }, cancellation)).Id;
            }
            catch (PeerException) when (CameFromRegistry(name, held.Holders))
            {
                // They went while they gave it; its registry may have it still.
            }
        }

        return (await registries.PullAsync(name, platform: null, credentials, _ => { }, cancellation)).Id;
    }

    private async Task<Known?> FindKnownAsync(ImageReference name, CancellationToken cancellation) =>
        cluster is not null && name is { Digest: null, Tag: not null }
        && await cluster.FindMeaningAsync(name, cancellation) is { } id
            ? await FindHoldersAsync(id, cancellation)
            : null;

    private async Task<Known?> FindHoldersAsync(Digest id, CancellationToken cancellation) =>
        cluster is not null && await cluster.FindHoldersAsync(id, cancellation) is { IsEmpty: false } holders
            ? new Known(id, holders)
            : null;

    private async Task<PulledImage> FetchAsync(
        Known known, ImageReference name, Action<TransferStep> tell, CancellationToken cancellation)
    {
        tell(new TransferStep(name.Tag ?? "", $"Pulling from nodes of the cluster: {known.Holders.Length} have it"));
        var names = await NamesForAsync(known, name, cancellation);
        var (manifest, isNew) = await cluster!.PullAsync(known.Holders, names, tell, cancellation);
        tell(new TransferStep("", $"Digest: {manifest}"));
        tell(new TransferStep("", isNew
            ? $"Status: Downloaded newer image for {name.Familiar}"
            : $"Status: Image is up to date for {name.Familiar}"));
        return new PulledImage(known.Id, manifest, name, isNew);
    }

    /// <summary>The name itself only where it means that image: a service may run one that it meant before. And the
    /// digests by which the registry has it.</summary>
    private async Task<ImmutableArray<ImageReference>> NamesForAsync(
        Known known, ImageReference name, CancellationToken cancellation)
    {
        var digests = known.Holders.SelectMany(holder => holder.Names)
            .Where(other => other.Digest is not null && other.Repository == name.Repository).Distinct();
        return name.Digest is null && await cluster!.FindMeaningAsync(name, cancellation) == known.Id
            ? [name, .. digests]
            : [.. digests];
    }

    private static bool CameFromRegistry(ImageReference name, ImmutableArray<HeldImage> holders) =>
        holders.Any(holder => holder.Names.Any(
            other => other.Digest is not null && other.Repository == name.Repository));

    private static bool MayBeElsewhere(RegistryFault fault) => fault
        is RegistryFault.NotFound or RegistryFault.Unavailable or RegistryFault.Unauthorized or RegistryFault.Denied;

    private readonly record struct Known(Digest Id, ImmutableArray<HeldImage> Holders);
}
