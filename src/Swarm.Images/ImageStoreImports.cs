using System.Collections.Immutable;
using Swarm.Core.Images;

namespace Swarm.Images;

public static class ImageStoreImports
{
    /// <summary>Loads what is for this host.</summary>
    /// <inheritdoc cref="IImageStore.LoadAsync"/>
    public static Task<ImmutableArray<LoadedImage>> LoadAsync(
        this IImageStore store, Stream archive, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.LoadAsync(archive, platform: null, cancellation);
    }

    /// <summary>Saves images for whatever platform they are.</summary>
    /// <inheritdoc cref="IImageStore.SaveAsync"/>
    public static Task<ImmutableArray<Digest>> SaveAsync(
        this IImageStore store, IReadOnlyCollection<string> namesOrIds, Stream archive, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.SaveAsync(namesOrIds, platform: null, archive, cancellation);
    }

    /// <summary>Imports without a comment.</summary>
    /// <inheritdoc cref="IImageStore.ImportAsync"/>
    public static Task<LoadedImage> ImportAsync(
        this IImageStore store, Stream tar, ImageReference? name, ImageConfiguration configuration,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.ImportAsync(tar, name, configuration, comment: "", cancellation);
    }
}
