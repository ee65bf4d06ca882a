using Swarm.Core.Images;

namespace Swarm.Images;

public static class ImageStoreImports
{
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
