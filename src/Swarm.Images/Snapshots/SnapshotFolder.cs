using System.Collections.Immutable;
using System.Text.Json;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Layers;
using Swarm.Linux.Files;
using Swarm.Linux.Mounts;
using Swarm.Linux.Namespaces;
using Swarm.Linux.Overlay;
using Swarm.Linux.Users;

namespace Swarm.Images.Snapshots;

/// <summary>The writable layers of containers, each above the layers of its image.</summary>
/// <remarks>Owned by the store: <c>upper</c> holds what the container changed, <c>root</c> is
/// where both are seen as one.</remarks>
internal sealed class SnapshotFolder(StoreFolders folders, LayerFolder layers)
{
    private const string RecordName = "snapshot.json";
    private const string Upper = "upper";
    private const string Work = "work";
    private const string Root = "root";
    private const uint ReadAndEnter = 0x16d; // r-xr-xr-x

    private readonly LayerQuota _quota = new(folders);

    public ImmutableArray<ContainerId> Containers() =>
        [.. Directory.GetDirectories(folders.Snapshots).Select(path => new ContainerId(Path.GetFileName(path)))];

    /// <summary>Whether each writable layer says what it lies on.</summary>
    public bool AreReadable => Containers().All(container => TryFind(container) is not null);

    /// <returns>Null when the container has no writable layer, or it is not known what that lies on.</returns>
    public SnapshotRecord? TryFind(ContainerId container)
    {
        try
        {
            return Find(container);
        }
        catch (Exception broken) when (broken is ImageException or IOException)
        {
            return null;
        }
    }

    /// <returns>Null when the container has no writable layer.</returns>
    /// <exception cref="ImageException">It has one, whose record is broken.</exception>
    public SnapshotRecord? Find(ContainerId container)
    {
        var path = Path.Combine(PathOf(container), RecordName);
        return File.Exists(path) ? StoreJson.Read(path, StoreJson.Default.SnapshotRecord) : null;
    }

    /// <summary>Makes an empty writable layer above these layers, lowest first.</summary>
    /// <remarks>One that does not last may be there broken after a loss of power, and is removed then as that of no
    /// container.</remarks>
    /// <exception cref="ImageException">It has a limit that the file system cannot hold it to.</exception>
    public void Create(
        ContainerId container, Digest image, ImmutableArray<UnpackedLayer> below, WritableLayer layer)
    {
        var isLimited = layer.SizeMax > Bytes.Zero;
        if (isLimited) _quota.Require();
        using var scratch = folders.NewScratch();
        var path = scratch.NewPath();
        Directory.CreateDirectory(path);
        foreach (var folder in (string[])[Upper, Work, Root]) Directory.CreateDirectory(Path.Combine(path, folder));
        new DirectoryInfo(Path.Combine(path, Upper)).UnixFileMode = (UnixFileMode)0x1ed;
        if (isLimited) _quota.Limit([Path.Combine(path, Upper), Path.Combine(path, Work)], layer.SizeMax);
        LayerFolder.CopyRoot(below, Path.Combine(path, Upper));
        OpenToAll(Path.Combine(path, Upper));

        var record = new SnapshotRecord(
            image.Value, [.. below.Select(one => one.Name)], isLimited ? layer.SizeMax.Value : null);
        using (var file = new FileStream(Path.Combine(path, RecordName), FileMode.CreateNew))
        {
            JsonSerializer.Serialize(file, record, StoreJson.Default.SnapshotRecord);
            file.Flush(flushToDisk: layer.Lasts);
        }

        StoreSteps.BeforeWrite("snapshot");
        Directory.Move(path, PathOf(container));
        if (layer.Lasts) Durability.SyncFolder(folders.Snapshots);
    }

    /// <summary>Lets every user come in, whatever the image says: a folder that <c>mktemp -d</c> made and that was
    /// packed with its mode would be of use to root only. Docker's overlay2 gives every root 0755.</summary>
    private static void OpenToAll(string upper)
    {
        using var root = Folder.Open(upper);
        var mode = root.Status().Mode;
        if ((mode & ReadAndEnter) != ReadAndEnter) root.SetMode("."u8, mode | ReadAndEnter);
    }

    /// <summary>The names of the layers below, the highest first, each once.</summary>
    /// <remarks>The kernel takes none twice. Of one that an image has twice the higher one hides all of the lower: what
    /// is kept under one name hides nothing itself.</remarks>
    public static IEnumerable<string> Lowers(SnapshotRecord record) => record.Layers.Reverse().Distinct();

    /// <summary>Mounts it, unless it is mounted.</summary>
    /// <param name="map">By which owners are shown; null shows them as they are.</param>
    /// <returns>Where.</returns>
    /// <exception cref="ImageException">A layer below it is gone, or nothing holds it to its limit any more.
    /// </exception>
    public string Mount(ContainerId container, SnapshotRecord record, IdMap? map)
    {
        var path = PathOf(container);
        var root = Path.Combine(path, Root);
        if (MountPoint.IsMounted(root)) return root;
        if (record.SizeBytesMax is not null) _quota.Require();

        var below = Lowers(record).Select(name => layers.Find(name)?.Tree ?? throw new ImageException(
            ImageFault.NotFound, $"layer {name} below the writable layer of container {container.Short} is gone"));
        var lowers = below.ToList();

        // An image without layers is an empty root: the overlay wants one below nevertheless.
        if (lowers.Count == 0) lowers.Add(Directory.CreateDirectory(Path.Combine(path, "empty")).FullName);
        using var overlay = map is null ? Create(lowers, path) : CreateMapped(lowers, path, map);
        overlay.AttachAt(root);
        return root;
    }

    private static OverlayMount Create(List<string> lowers, string path) =>
        OverlayMount.Create(lowers, Path.Combine(path, Upper), Path.Combine(path, Work));

    /// <remarks>The overlay keeps what it is made of. The whole store is seen by the map, at its own place, only by the
    /// thread that makes it.</remarks>
    private OverlayMount CreateMapped(List<string> lowers, string path, IdMap map) => PrivateMounts.RunAsync(
        () =>
        {
            IdMappedMount.Attach(folders.Root, folders.Root, map);
            return Create(lowers, path);
        },
        CancellationToken.None).GetAwaiter().GetResult();

    /// <returns>Null where a layer below it is gone.</returns>
    public LayerPlaces? PlacesOf(ContainerId container, SnapshotRecord record)
    {
        var below = Lowers(record).Select(name => layers.TryFind(name)?.Tree).ToList();
        var path = PathOf(container);
        return below.Contains(null)
            ? null
            : new LayerPlaces(
                [.. below.OfType<string>()], Path.Combine(path, Upper), Path.Combine(path, Work),
                Path.Combine(path, Root));
    }

    /// <summary>Where a container's changes are.</summary>
    public string UpperOf(ContainerId container) => Path.Combine(PathOf(container), Upper);

    public void Unmount(ContainerId container) => MountPoint.Unmount(Path.Combine(PathOf(container), Root));

    /// <summary>Takes a container's changes out of their place.</summary>
    /// <returns>As <see cref="StoreFolders.TakeOut"/>.</returns>
    public string? TakeOut(ContainerId container)
    {
        if (!Directory.Exists(PathOf(container))) return null;
        var project = TryFind(container)?.SizeBytesMax is null ? null : LayerQuota.ProjectOf(UpperOf(container));
        var taken = folders.TakeOut(PathOf(container));
        // Nobody gets the number before the last file that has it is gone.
        if (project is { } free) _quota.Release(free);
        return taken;
    }

    /// <exception cref="ImageException">The id is none that can be a name of a folder.</exception>
    private string PathOf(ContainerId container)
    {
        if (container.Value is not { Length: > 0 and <= 128 } || !container.Value.All(char.IsAsciiLetterOrDigit))
        {
            throw new ImageException(ImageFault.Invalid, $"'{container.Value}' is no id of a container");
        }

        return Path.Combine(folders.Snapshots, container.Value);
    }
}
