using System.Globalization;

namespace Swarm.Linux.Mounts;

/// <summary>A folder seen by a mount through which nothing can be written. The mount is at no place: it is reached by a
/// descriptor of this process, and is gone with it.</summary>
public sealed class ReadOnlyView : IDisposable
{
    private readonly FileDescriptor _mount;

    private ReadOnlyView(FileDescriptor mount) => _mount = mount;

    /// <summary>Where processes of the same pid namespace find the folder, as long as this process lives.</summary>
    public string Path => string.Create(
        CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{_mount.DangerousGetHandle()}");

    /// <exception cref="LinuxException">ENOENT; EPERM without CAP_SYS_ADMIN; ENOSYS: the kernel is too old.</exception>
    public static ReadOnlyView Open(string folder)
    {
        var mount = DetachedMount.Of(folder);
        try
        {
            DetachedMount.MakeReadOnly(mount, folder);
            return new ReadOnlyView(mount);
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    public void Dispose() => _mount.Dispose();
}
