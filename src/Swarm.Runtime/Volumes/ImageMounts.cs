using System.Security.Cryptography;
using System.Text;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Linux.Users;
using Swarm.Runtime.Records;

namespace Swarm.Runtime.Volumes;

/// <summary>Images whose files are mounted in containers. Each has a root of its own, as a container has: so the image
/// is in use, and stays.</summary>
internal sealed class ImageMounts(IImageStore images)
{
    /// <exception cref="ContainerException">The image is not on this host.</exception>
    public async Task<ContainerMount> SettleAsync(
        ContainerId container, ContainerMount mount, IdMap? users, CancellationToken cancellation)
    {
        var image = images.Find(mount.Spec.Source) ?? throw new ContainerException(
            ContainerFault.Invalid, $"invalid mount config for type \"image\": no such image: {mount.Spec.Source}");
        return mount with
        {
            Path = await MountAsync(container, mount, image.Id, users, cancellation),
            ImageId = image.Id,
        };
    }

    /// <summary>Mounts what is not mounted any more since the host was started.</summary>
    public async Task PrepareAsync(ContainerRecord record, CancellationToken cancellation)
    {
        foreach (var mount in record.Mounts ?? [])
        {
            if (mount.ImageId is { } image)
                await MountAsync(record.Id, mount, image, record.Users, cancellation);
        }
    }

    public void Release(ContainerId container, IEnumerable<MountSpec> mounts)
    {
        foreach (var mount in mounts.Where(mount => mount.Kind == MountKind.Image))
            images.UnmountRoot(RootOf(container, mount.Target), discard: true);
    }

    /// <summary>The names under which the store keeps the roots of a container's images.</summary>
    public static IEnumerable<ContainerId> RootsOf(ContainerRecord record) => (record.Mounts ?? [])
        .Where(mount => mount.ImageId is not null)
        .Select(mount => RootOf(record.Id, mount.Spec.Target));

    private Task<string> MountAsync(
        ContainerId container, ContainerMount mount, Digest image, IdMap? users, CancellationToken cancellation) =>
        images.MountRootAsync(
            RootOf(container, mount.Spec.Target), image, WritableLayer.Usual with { Map = users }, cancellation);

    private static ContainerId RootOf(ContainerId container, string target) => new(Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{container.Value} {target.TrimEnd('/')}"))));
}
