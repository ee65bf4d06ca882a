using System.Collections.Immutable;
using System.Formats.Tar;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Runtime;
using Swarm.Runtime.Images;

namespace Swarm.Api.Tests.Registry;

/// <summary>Registries and other nodes, which have an image of every name but of those with <c>none</c>.</summary>
internal sealed class FakeTaskImages(ImageStore store) : ITaskImages
{
    private int _asked;

    /// <summary>How often something was brought.</summary>
    public int Asked => _asked;

    public ImmutableArray<NodeImage> Here => store.Here;

    /// <summary>Nothing comes before this ends.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public async Task<IDisposable> RequireAsync(
        ContainerSpec container, PullCredentials? credentials, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _asked);
        await Gate.WaitAsync(cancellation);
        if (container.Image.Contains("none", StringComparison.Ordinal))
            throw new ContainerException(ContainerFault.ImageNotFound, "the origin is not there");
        if (container.PinnedImage is { } pinned)
        {
            return store.HoldImage(pinned.Value) ?? throw new ContainerException(
                ContainerFault.ImageNotFound, $"nobody has {pinned}");
        }

        var name = ImageReference.Parse(container.Image);
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "from-origin"));
        }

        tar.Position = 0;
        await store.ImportAsync(tar, name, new ImageConfiguration(), cancellation);
        return store.HoldImage(container.Image)!;
    }
}
