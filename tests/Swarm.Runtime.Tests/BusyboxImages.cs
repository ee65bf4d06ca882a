using System.Collections.Immutable;
using System.Diagnostics;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Trees;

namespace Swarm.Runtime.Tests;

/// <summary>An image store of one image, busybox, whose configuration a test may choose.</summary>
internal sealed class BusyboxImages(string folder) : IImageStore
{
    public const string Name = "busybox";

    public static readonly Digest Id = Digest.Of("busybox of the tests"u8);

    private readonly string _lower = Path.Join(folder, "lower");

    public ImageConfiguration Configuration { get; set; } = new() { Command = ["sh"] };

    public void Prepare()
    {
        foreach (var name in (string[])["bin", "etc", "tmp", "proc", "sys", "dev", "data/deep", "root"])
        {
            Directory.CreateDirectory(Path.Join(_lower, name));
        }

        File.Copy("/bin/busybox", Path.Join(_lower, "bin/busybox"));
        foreach (var applet in (string[])
            ["sh", "sleep", "cat", "echo", "id", "pwd", "env", "ls", "touch", "kill", "head", "seq", "tail", "dd",
                "grep", "hostname", "true", "false", "mount", "stat", "yes", "chmod", "ping",
                "stty", "tty", "tr", "cut", "wc", "mkfifo", "ln", "rm", "mkdir"])
        {
            File.CreateSymbolicLink(Path.Join(_lower, "bin", applet), "busybox");
        }

        File.WriteAllText(
            Path.Join(_lower, "etc/passwd"), "root:x:0:0::/root:/bin/sh\nworker:x:1234:1300::/data:/bin/sh\n");
        File.WriteAllText(Path.Join(_lower, "etc/group"), "root:x:0:\nstaff:x:1300:\nextra:x:1400:worker\n");
        File.WriteAllText(Path.Join(_lower, "data/seed"), "from the image\n");
    }

    public StoredImage? Find(string nameOrId) => nameOrId == Name || nameOrId == Id.Value
        ? new StoredImage(Id, Id, [], Configuration, Bytes.Zero)
        : null;

    /// <summary>Waited for before a root is mounted; null: nothing.</summary>
    public Func<Task>? BeforeMounting { get; set; }

    /// <summary>What a commit does; null: there are none.</summary>
    public Func<Task<LoadedImage>>? Committing { get; set; }

    public async Task<string> MountRootAsync(ContainerId container, Digest imageId, CancellationToken cancellation)
    {
        if (BeforeMounting is { } before) await before();
        var own = Path.Join(folder, "roots", container.Value);
        var merged = Path.Join(own, "merged");
        if (!Directory.Exists(merged))
        {
            foreach (var name in (string[])["upper", "work", "merged"]) Directory.CreateDirectory(Path.Join(own, name));
            Host.Run("mount", "-t", "overlay", "overlay", "-o",
                $"lowerdir={_lower},upperdir={own}/upper,workdir={own}/work", merged);
        }

        return merged;
    }

    public Task<string> MountRootAsync(
        ContainerId container, Digest imageId, WritableLayer layer, CancellationToken cancellation) =>
        MountRootAsync(container, imageId, cancellation);

    public void UnmountRoot(ContainerId container, bool discard)
    {
        var own = Path.Join(folder, "roots", container.Value);
        if (!Directory.Exists(own)) return;
        Linux.Mounts.Mounting.Unmount(Path.Join(own, "merged"));
        if (discard) Directory.Delete(own, recursive: true);
    }

    public LayerPlaces? PlacesOf(ContainerId container)
    {
        var own = Path.Join(folder, "roots", container.Value);
        return Directory.Exists(own)
            ? new LayerPlaces([_lower], Path.Join(own, "upper"), Path.Join(own, "work"), Path.Join(own, "merged"))
            : null;
    }

    public ImmutableArray<ContainerId> WritableLayers() => Directory.Exists(Path.Join(folder, "roots"))
        ? [.. Directory.GetDirectories(Path.Join(folder, "roots"))
            .Select(path => new ContainerId(Path.GetFileName(path)))]
        : [];

    public Bytes MeasureBlobs() => throw new UnreachableException();

    public ImageUse MeasureUse() => throw new UnreachableException();

    public ImmutableArray<ImageSummary> List() => [];

    public ImmutableArray<NodeImage> Here => [new(Id, [])];

    public ImmutableArray<string> Warnings() => [];

    public Task<ImmutableArray<LoadedImage>> LoadAsync(
        Stream archive, string? platform, CancellationToken cancellation) =>
        throw new UnreachableException();

    public Task<ImmutableArray<LoadedImage>> LoadLayoutAsync(string layout, CancellationToken cancellation) =>
        throw new UnreachableException();

    public Task<LoadedImage> ImportAsync(
        Stream tar, ImageReference? name, ImageConfiguration configuration, string comment,
        CancellationToken cancellation) =>
        throw new UnreachableException();

    public StoredImage Tag(string nameOrId, ImageReference name) => throw new UnreachableException();

    public Digest? ManifestOf(ImageReference tag) => null;

    public Digest? UntoldManifestOf(ImageReference tag, Digest image) => null;

    public void MarkTold(ImageReference tag, Digest manifest) => throw new UnreachableException();

    public bool FollowTag(ImageReference tag, Digest image, Digest manifest) => false;

    public Task<ImmutableArray<TreeChange>> FindChangesAsync(
        ContainerId container, IReadOnlySet<string> ignored, CancellationToken cancellation) =>
        throw new UnreachableException();

    public Task<Bytes> WritableSizeAsync(ContainerId container, CancellationToken cancellation) =>
        throw new UnreachableException();

    public Task<bool> UnpackAsync(Digest imageId, CancellationToken cancellation) => Task.FromResult(false);

    public Task<LoadedImage> CommitAsync(
        ContainerId container, ImageCommit commit, CancellationToken cancellation) =>
        Committing?.Invoke() ?? throw new UnreachableException();

    public ImageRemoval Remove(string nameOrId, bool force, IReadOnlySet<ContainerId> running) =>
        throw new UnreachableException();

    public ImageRemoval? RemoveUnused(ImageSummary seen) => throw new UnreachableException();

    public ImageDetail Examine(string nameOrId) => throw new UnreachableException();

    public StoredImage? FindBelow(ContainerId container) => null;

    public IDisposable? HoldImage(string nameOrId) => throw new UnreachableException();

    public Task<ImmutableArray<Digest>> SaveAsync(
        IReadOnlyCollection<string> namesOrIds, string? platform, Stream archive, CancellationToken cancellation) =>
        throw new UnreachableException();
}
