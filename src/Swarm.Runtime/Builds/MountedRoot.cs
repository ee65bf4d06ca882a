using System.Security.Cryptography;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images;

namespace Swarm.Runtime.Builds;

/// <summary>The root of an image with a writable layer of its own, both gone at the end.</summary>
internal sealed class MountedRoot : IDisposable
{
    private readonly IImageStore _images;

    private MountedRoot(IImageStore images, ContainerId id, string path) =>
        (_images, Id, Path) = (images, id, path);

    /// <summary>Whose the writable layer is: of no container that the engine knows.</summary>
    public ContainerId Id { get; }

    public string Path { get; }

    public static async Task<MountedRoot> MountAsync(
        IImageStore images, Digest image, CancellationToken cancellation)
    {
        var id = NewId();
        try
        {
            return new MountedRoot(images, id, await images.MountRootAsync(
                id, image, WritableLayer.Passing, cancellation));
        }
        catch
        {
            images.UnmountRoot(id, discard: true);
            throw;
        }
    }

    public static ContainerId NewId() => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));

    public void Dispose() => _images.UnmountRoot(Id, discard: true);
}
