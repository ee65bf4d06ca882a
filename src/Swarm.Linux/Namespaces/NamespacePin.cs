using Swarm.Linux.Mounts;

namespace Swarm.Linux.Namespaces;

/// <summary>A file that keeps a mount namespace alive while no process is in it.</summary>
/// <remarks>
/// The pin is not to be seen from inside, so a note beside it names the namespace: boot id and inode number, which
/// together never name another one.
/// </remarks>
internal sealed class NamespacePin(string path)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;

    private string NotePath => path + ".id";

    /// <summary>Whether the calling process is in the pinned namespace.</summary>
    public bool IsOwn() => File.Exists(NotePath) && File.ReadAllText(NotePath) == NameOf("/proc/self/ns/mnt");

    public bool IsPinned() => FileSystemKind.IsNamespace(path);

    /// <summary>Makes the folder a private mount: elsewhere the kernel refuses to hold a pin.</summary>
    public void PrepareFolder()
    {
        Directory.CreateDirectory(_folder);
        if (IsPinned()) return;
        Mounting.Bind(_folder, _folder);
        Mounting.MakePrivate(_folder);
        File.WriteAllBytes(path, []);
    }

    /// <param name="namespacePath">The namespace's file under /proc, as it is seen from the calling thread.</param>
    public void Pin(string namespacePath)
    {
        Mounting.Bind(namespacePath, path);
        File.WriteAllText(NotePath, NameOf(namespacePath));
    }

    /// <summary>Moves the calling thread into the pinned namespace.</summary>
    public void EnterByThread()
    {
        using var opened = NamespaceCalls.Open(path);
        NamespaceCalls.UnshareFileSystemView();
        NamespaceCalls.EnterMounts(opened);
    }

    public void Release()
    {
        Mounting.Unmount(path, detach: true);
        while (Mounting.Unmount(_folder, detach: true))
        {
        }

        File.Delete(NotePath);
        File.Delete(path);
    }

    private static string NameOf(string namespacePath) =>
        File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() + " " + new FileInfo(namespacePath).LinkTarget;
}
