using System.Globalization;
using System.Text;
using Swarm.Linux;
using Swarm.Linux.Files;
using Swarm.Linux.Mounts;
using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Volumes;

/// <summary>Folders of volumes, and roots, mounted at places of their own until crun has mounted them from there.
/// </summary>
/// <remarks>Whoever has the volume, too, may put a link in a folder's place at any time: so what was found is held by a
/// descriptor, and mounted by that. What is deleted here is never more than an empty folder or file.</remarks>
internal sealed class HeldSubpaths(EngineFolders folders) : IDisposable
{
    private readonly List<string> _places = [];

    /// <returns>The mount with a source that leads to nothing else.</returns>
    /// <exception cref="ContainerException">There is nothing in the volume at the path.</exception>
    public BundleMount Hold(BundleMount mount)
    {
        if (mount.Below.Length == 0) return mount;
        using var found = Find(mount) ?? throw new ContainerException(
            ContainerFault.Invalid,
            $"what is mounted at {mount.Target} has no {mount.Below}: no such file or directory");
        var path = PathOf(found);
        var place = Path.Join(folders.Subpaths, Guid.NewGuid().ToString("N"));
        if (Directory.Exists(path)) Directory.CreateDirectory(place);
        else File.WriteAllBytes(place, []);
        _places.Add(place);
        Mounting.BindAll(path, place);
        return mount with { Source = place, Below = "" };
    }

    /// <summary>Lets a root be reached also by those who may not pass through the folders that it is in.</summary>
    /// <returns>Where it is, too.</returns>
    public string HoldRoot(string path)
    {
        var place = Path.Join(folders.Subpaths, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(place);
        _places.Add(place);
        Mounting.Bind(path, place);
        return place;
    }

    public void Dispose() => _places.ForEach(Clear);

    /// <summary>Takes away what an engine that was killed left.</summary>
    public static void ClearAll(EngineFolders folders)
    {
        foreach (var place in Directory.GetFileSystemEntries(folders.Subpaths)) Clear(place);
    }

    /// <summary>What a mount is of, found with the source as root: no link leads out of it.</summary>
    /// <returns>Null when there is nothing.</returns>
    public static FileDescriptor? Find(BundleMount mount)
    {
        using var root = Folder.Open(mount.Source);
        return root.OpenAny(Encoding.UTF8.GetBytes(mount.Below));
    }

    /// <summary>A name of it that holds for the calling thread.</summary>
    public static string PathOf(FileDescriptor descriptor) => string.Create(
        CultureInfo.InvariantCulture, $"/proc/thread-self/fd/{(int)descriptor.DangerousGetHandle()}");

    private static void Clear(string place)
    {
        Mounting.Unmount(place, detach: true);
        if (Directory.Exists(place)) Directory.Delete(place);
        else File.Delete(place);
    }
}
