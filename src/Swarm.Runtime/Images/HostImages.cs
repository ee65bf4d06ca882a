using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Peers;
using Swarm.Images.Registry;

namespace Swarm.Runtime.Images;

/// <summary>What is done with the images of this host, and told to those who watch.</summary>
/// <param name="engine">Says which containers run, and has the events.</param>
/// <param name="cluster">The images of other nodes; null for a host by itself.</param>
public sealed class HostImages(
    IImageStore store, IImageRegistries registries, IContainerEngine engine, IClusterImages? cluster = null)
    : ITaskImages
{
    private readonly ImageSources _sources = new(store, registries, cluster);

    public IImageStore Store => store;

    public IImageRegistries Registries => registries;

    /// <summary>Called when a task's image was pulled by a tag: the cluster is to know what it means, and by which
    /// manifest or list.</summary>
    public Func<ImageReference, Digest, Digest?, CancellationToken, Task> NewlyKnown { get; set; } =
        (_, _, _, _) => Task.CompletedTask;

    /// <summary>The images of the other nodes that can be reached.</summary>
    public async Task<ListedImages> ListOthersAsync(CancellationToken cancellation) =>
        cluster is null ? new ListedImages([], IsWhole: true) : await cluster.ListAsync(cancellation);

    /// <summary>The image of this cluster only that a tag was given to on another node, and does not mean here; or the
    /// same, by another manifest.</summary>
    /// <param name="manifest">The one that it stands for here.</param>
    /// <returns>Null where it means the same here, or what its registry has, or nobody tells.</returns>
    public Task<GivenName?> FindGivenAnewAsync(
        ImageReference name, Digest manifest, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _sources.FindGivenAnewAsync(name, manifest, cancellation);
    }

    /// <summary>Brings a manifest, or list, that another node has in the repository of its name.</summary>
    /// <param name="name">By its digest.</param>
    /// <returns>Whether it is here; not where nobody that can be reached gives it.</returns>
    public async Task<bool> BringManifestAsync(ImageReference name, CancellationToken cancellation) =>
        cluster is { IsThere: true } && await cluster.BringManifestAsync(name, cancellation);

    /// <summary>The one image that a digest of a repository means, here or on other nodes.</summary>
    /// <returns>Null where nobody has it, the name has no digest, or that is of a list that a registry has: which image
    /// is meant then is for the node to say that runs it.</returns>
    public Task<Digest?> FindByDigestAsync(ImageReference name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _sources.FindIdAsync(name, cancellation);
    }

    /// <summary>Pulls one image, from its registry or from nodes of the cluster.</summary>
    public async Task<PulledImage> PullAsync(
        ImageReference name, string? platform, RegistryCredentials credentials, Action<TransferStep> tell,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        var pulled = await _sources.PullAsync(name, platform, credentials, tell, cancellation);
        Publish("pull", name.Familiar, WithoutTag(name), pulled.Id);
        return pulled;
    }

    /// <summary>Pushes one image, by its tag.</summary>
    public async Task<PushedImage> PushAsync(
        ImageReference name, RegistryCredentials credentials, Action<TransferStep> tell,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        var pushed = await registries.PushAsync(name, credentials, tell, cancellation);
        Publish("push", name.Familiar, WithoutTag(name), pushed.Id);
        return pushed;
    }

    /// <inheritdoc cref="IImageStore.LoadAsync"/>
    public async Task<ImmutableArray<LoadedImage>> LoadAsync(
        Stream archive, string? platform, CancellationToken cancellation)
    {
        var loaded = await store.LoadAsync(archive, platform, cancellation);
        foreach (var image in loaded) Publish("load", image.Id.Value, image.Id.Value, image.Id);
        return loaded;
    }

    /// <summary>Tells that an image was pushed to this host.</summary>
    public void TellReceived(Digest image) => Publish("load", image.Value, image.Value, image);

    public async Task<LoadedImage> ImportAsync(
        Stream tar, ImageReference? name, ImageConfiguration configuration, string comment,
        CancellationToken cancellation)
    {
        var image = await store.ImportAsync(tar, name, configuration, comment, cancellation);
        Publish("import", image.Id.Value, name?.Familiar ?? image.Id.Value, image.Id);
        return image;
    }

    /// <summary>Makes an image of a tar that lies elsewhere.</summary>
    /// <exception cref="ImageException">It cannot be had from there, or is no root file system.</exception>
    public async Task<LoadedImage> ImportAsync(
        Uri address, ImageReference? name, ImageConfiguration configuration, string comment,
        Action<TransferStep> tell, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tell);
        tell(new TransferStep("", $"Downloading from {RemoteArchive.Shown(address)}"));
        await using var tar = await RemoteArchive.OpenAsync(address, cancellation);
        return await ImportAsync(tar, name, configuration, comment, cancellation);
    }

    /// <inheritdoc cref="IImageStore.SaveAsync"/>
    public async Task SaveAsync(
        IReadOnlyCollection<string> namesOrIds, string? platform, Stream archive, CancellationToken cancellation)
    {
        foreach (var id in await store.SaveAsync(namesOrIds, platform, archive, cancellation))
            Publish("save", id.Value, id.Value, id);
    }

    public StoredImage Tag(string nameOrId, ImageReference name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var tagged = store.Tag(nameOrId, name);
        TellTagged(tagged.Id, name);
        return tagged;
    }

    /// <summary>Tells that an image has a name.</summary>
    public void TellTagged(Digest image, ImageReference name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Publish("tag", image.Value, name.Familiar, image);
    }

    /// <inheritdoc cref="IImageStore.Remove"/>
    public ImageRemoval Remove(string nameOrId, bool force)
    {
        var running = engine.List()
            .Where(container => container.Phase == ContainerPhase.Running)
            .Select(container => container.Id)
            .ToHashSet();
        var removal = store.Remove(nameOrId, force, running);
        Tell(removal);
        return removal;
    }

    /// <summary>Removes the images that are chosen and that nothing uses; not those that the cluster keeps here.
    /// </summary>
    public ImmutableArray<ImageRemoval> Prune(Func<ImageSummary, bool> isChosen)
    {
        var removed = ImmutableArray.CreateBuilder<ImageRemoval>();
        // What others were built from can go, and may be chosen, when they have gone.
        while (store.List().Where(image => !image.IsKeptCopy && isChosen(image)).ToList().FindAll(IsRemoved).Count > 0)
        {
        }

        var freed = removed.Sum(removal => removal.Freed.Value).ToString(CultureInfo.InvariantCulture);
        engine.Events.Publish(
            "image", "prune", "", ImmutableSortedDictionary<string, string>.Empty.Add("reclaimed", freed));
        return removed.ToImmutable();

        bool IsRemoved(ImageSummary image)
        {
            if (store.RemoveUnused(image) is not { } removal) return false;
            Tell(removal);
            removed.Add(removal);
            return true;
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<NodeImage> Here => store.Here;

    /// <inheritdoc/>
    public async Task<IDisposable> RequireAsync(
        ContainerSpec container, PullCredentials? credentials, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(container);
        var wanted = container.PinnedImage?.Value ?? container.Image;
        if (store.HoldImage(wanted) is { } here) return here;
        if (!ImageReference.TryParse(container.Image, out var name, out var problem))
            throw Missing(container, problem);

        try
        {
            var brought = await _sources.BringAsync(
                name, container.PinnedImage, ToShow(credentials, name), cancellation);
            Publish("pull", name.Familiar, WithoutTag(name), brought.Id);
            // Others are to fetch the same from here, also when its registry means another one by then.
            if (brought.IsFromRegistry && container.PinnedImage is null && name is { Digest: null })
                await NewlyKnown(name, brought.Id, brought.Given, cancellation);
        }
        catch (Exception refused) when (refused is RegistryException or ImageException or IOException)
        {
            throw Missing(container, $"pulling it failed: {refused.Message}");
        }

        return store.HoldImage(wanted) ?? throw Missing(container, "it was pulled, and removed again at once");
    }

    private static RegistryCredentials ToShow(PullCredentials? credentials, ImageReference name) =>
        credentials is { } given && given.Registry == name.Registry
            ? new RegistryCredentials(given.User, given.Password, given.IdentityToken, given.RegistryToken)
            : RegistryCredentials.None;

    private static ContainerException Missing(ContainerSpec container, string why) => new(
        ContainerFault.ImageNotFound,
        $"image {container.Image}{(container.PinnedImage is { } pinned ? $" ({pinned})" : "")} is not on this host, "
        + $"{why} (`swarm image load` brings it there, too)");

    /// <summary>Tells of an image that was removed for room.</summary>
    public void TellRemoved(ImageRemoval removal)
    {
        ArgumentNullException.ThrowIfNull(removal);
        Tell(removal);
    }

    private void Tell(ImageRemoval removal)
    {
        foreach (var _ in removal.Untagged) Publish("untag", removal.Image.Value, removal.Image.Value, removal.Image);
        foreach (var deleted in removal.Deleted) Publish("delete", deleted.Value, deleted.Value, deleted);
    }

    private void Publish(string action, string id, string name, Digest image)
    {
        var labels = store.Find(image.Value)?.Configuration.Labels
            ?? ImmutableSortedDictionary<string, string>.Empty;
        engine.Events.Publish("image", action, id, labels.SetItem("name", name));
    }

    private static string WithoutTag(ImageReference name) => name.FamiliarRepository;
}
