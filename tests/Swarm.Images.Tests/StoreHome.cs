using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core;
using Swarm.Linux.Overlay;

namespace Swarm.Images.Tests;

/// <summary>A folder for one test with an image store in it; nothing of it is left afterwards,
/// not even mounts.</summary>
public sealed class StoreHome : IDisposable
{
    private readonly TimeProvider _time;

    /// <param name="onDisk">In the folder for temporary files, and not in memory.</param>
    public StoreHome(bool onDisk = false) : this(TimeProvider.System, onDisk)
    {
    }

    public StoreHome(TimeProvider time, bool onDisk = false)
        : this(time, !onDisk && Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath())
    {
    }

    public StoreHome(string place) : this(TimeProvider.System, place)
    {
    }

    private StoreHome(TimeProvider time, string place)
    {
        _time = time;
        Folder = Path.Combine(place, "swarm-images-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Folder);
        Options = new ImageStoreOptions { Root = Path.Combine(Folder, "store") };
        Store = Open();
    }

    public string Folder { get; }

    public ImageStoreOptions Options { get; set; }

    public ImageStore Store { get; private set; }

    public string Root => Options.Root;

    /// <summary>Files and folders of the store that hold something: what a failed deed must leave as it was.</summary>
    public string[] Contents() =>
    [
        .. Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal),
    ];

    public ImageStore Reopen()
    {
        Store.Dispose();
        return Store = Open();
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    public static ContainerId NewContainer() => new(Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        foreach (var container in Store.WritableLayers()) Store.UnmountRoot(container, discard: true);
        Store.Dispose();
        using var parent = Linux.Files.Folder.Open(Path.GetDirectoryName(Folder)!);
        foreach (var left in Directory.GetDirectories(Path.Combine(Root, "snapshots")))
            MountPoint.Unmount(Path.Combine(left, "root"));
        parent.RemoveTree(Path.GetFileName(Folder));
    }

    private ImageStore Open() => new(Options, _time, NullLogger<ImageStore>.Instance);
}
