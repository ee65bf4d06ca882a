using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Runtime.Images;

/// <summary>The registry that this host is: what it has, and what it can bring.</summary>
/// <param name="tasks">Brings images by the way of tasks: from other nodes, else from their registries.</param>
/// <param name="stopping">Ends what is on its way.</param>
public sealed class HostRegistry(
    INodeRegistry registry, HostImages images, ITaskImages tasks, PullThroughOptions options,
    CancellationToken stopping)
{
    private const int PullsMax = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<(ImageReference, Digest?), Task<string?>> _pulls = [];

    public INodeRegistry Repositories => registry;

    /// <summary>Finds a manifest, and brings it, or its image, to this host where it is not here and may be elsewhere.
    /// </summary>
    /// <param name="reference">A tag, or a digest.</param>
    /// <param name="isTold">Whether the cluster knows what the tag means here: then it may know something newer.
    /// </param>
    /// <exception cref="RepositoryException">There is none, or it cannot be had.</exception>
    public async Task<FoundManifest> FindManifestAsync(
        ImageReference repository, string reference, bool isTold, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var name = Digest.TryParse(reference, out var digest)
            ? repository with { Tag = null, Digest = digest }
            : repository with { Tag = reference, Digest = null };
        if (registry.FindManifest(repository, reference) is { } here)
        {
            return isTold && await images.FindGivenAnewAsync(name, here.Digest, cancellation) is { } newer
                ? new FoundManifest(await FollowAsync(name, newer, cancellation), null)
                : new FoundManifest(here, null);
        }

        var unknown = $"there is no manifest {reference} in {repository.FamiliarRepository}";
        if (!options.Admits(repository.Registry))
            throw new RepositoryException(RepositoryFault.ManifestUnknown, unknown);
        if (await Pull(name, pinned: null).WaitAsync(cancellation) is { } why)
            throw new RepositoryException(RepositoryFault.ManifestUnknown, $"{unknown}, and it cannot be had: {why}");
        return registry.FindManifest(repository, reference) is { } brought
            ? new FoundManifest(brought, images.Store.Find(name.ToString())?.Id)
            : throw new RepositoryException(RepositoryFault.ManifestUnknown, unknown);
    }

    /// <inheritdoc cref="INodeRegistry.PutManifestAsync"/>
    public async Task<PushedManifest> PutManifestAsync(
        ImageReference repository, string reference, ImmutableArray<string> tags, string contentType, byte[] content)
    {
        // To the end, also when the client does not wait: it will ask again, and find it done.
        var pushed = await registry.PutManifestAsync(repository, reference, tags, contentType, content, stopping);
        if (pushed.Image is { } image) images.TellReceived(image);
        return pushed;
    }

    /// <summary>Makes a tag mean here what it means in the cluster.</summary>
    /// <exception cref="RepositoryException">That cannot be had; what it has meant would be taken for it.</exception>
    private async Task<StoredManifest> FollowAsync(
        ImageReference name, GivenName newer, CancellationToken cancellation)
    {
        var image = newer.Image;
        var why = await Pull(name, image).WaitAsync(cancellation) ?? "it is gone again";
        if (images.Store.Find(image.Value) is not null && images.Store.Find(name.ToString())?.Id != image)
            images.Tag(image.Value, name);
        return images.Store.Find(name.ToString())?.Id == image
            && await FindGivenAsync(name, newer, cancellation) is { } manifest
            ? manifest
            : throw new RepositoryException(
                RepositoryFault.ManifestUnknown,
                $"{name.Familiar} was given to image {image} on another node, which cannot be had: {why}");
    }

    /// <summary>What a tag was given by; where nobody has that any more, the manifest of the image itself, and where
    /// the repository has that only in a list by which the tag was given before, that list.</summary>
    private async Task<StoredManifest?> FindGivenAsync(
        ImageReference name, GivenName newer, CancellationToken cancellation)
    {
        if (newer.Manifest is not { } given) return registry.FindManifest(name, name.Tag!);
        if (registry.FindManifest(name, given.Value) is null)
            await Pull(name with { Tag = null, Digest = given }, newer.Image).WaitAsync(cancellation);
        return images.Store.FollowTag(name, newer.Image, given)
            ? registry.FindManifest(name, given.Value)
            : registry.FindManifestOf(name, newer.Image) ?? registry.FindManifest(name, name.Tag!);
    }

    /// <summary>Brings an image, or of what is asked for by its digest what another node has by that; once for all who
    /// ask meanwhile.</summary>
    /// <returns>Why it cannot be had; null when it is here.</returns>
    private Task<string?> Pull(ImageReference name, Digest? pinned)
    {
        lock (_gate)
        {
            if (_pulls.TryGetValue((name, pinned), out var running)) return running;
            if (_pulls.Count >= PullsMax)
            {
                throw new RepositoryException(
                    RepositoryFault.TooManyRequests, $"{PullsMax} images are on their way here: ask again later");
            }

            var pull = PullAsync(name, pinned);
            if (!pull.IsCompleted) _pulls.Add((name, pinned), pull);
            return pull;
        }
    }

    private async Task<string?> PullAsync(ImageReference name, Digest? pinned)
    {
        await Task.Yield(); // it is among those that run before it ends
        try
        {
            if (name.Digest is not null && await images.BringManifestAsync(name, stopping)) return null;
            using var hold = await tasks.RequireAsync(
                new ContainerSpec { Image = name.ToString(), PinnedImage = pinned }, credentials: null, stopping);
            return null;
        }
        catch (ContainerException refused)
        {
            return refused.Message;
        }
        finally
        {
            lock (_gate) _pulls.Remove((name, pinned));
        }
    }
}

/// <param name="Brought">The image that came here for it; null where it was here.</param>
public sealed record FoundManifest(StoredManifest Manifest, Digest? Brought);
