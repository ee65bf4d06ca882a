using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Swarm.Linux.Files;
using Swarm.Linux.Mounts;

namespace Swarm.Linux.Overlay;

/// <summary>An overlay that is mounted nowhere yet: it can be entered through its descriptor,
/// and be attached to a folder.</summary>
/// <remarks>
/// Made by <see href="https://man7.org/linux/man-pages/man2/fsopen.2.html">fsopen(2)</see> and its companions, layer by
/// layer, since Linux 6.8. Before that (Debian 12 has 6.1) it is mounted at a folder made for that by
/// <see href="https://man7.org/linux/man-pages/man2/mount.2.html">mount(2)</see>, and taken from there at once.
/// Disposed before it is attached, it is gone, also when the process is killed, but for that moment.
/// Options: https://docs.kernel.org/filesystems/overlayfs.html
/// </remarks>
public sealed partial class OverlayMount : IDisposable
{
    /// <summary>OVL_MAX_STACK of the kernel.</summary>
    public const int LayersMax = 500;

    // A string option longer than this is refused by fsconfig(2).
    private const int OptionBytesMax = 255;

    // The options of mount(2) are one page, and end with a zero byte.
    private const int MountOptionBytesMax = 4095;

    private static readonly Lazy<bool> TakesLayers = new(FindWhetherLayersAreTaken);

    private readonly FileDescriptor _mount;

    private OverlayMount(FileDescriptor mount) => _mount = mount;

    /// <param name="lowers">Top first; one at least.</param>
    /// <param name="upper">Where changes go.</param>
    /// <param name="work">An empty folder on the file system of <paramref name="upper"/>.</param>
    /// <exception cref="LinuxException">What the kernel refused, with its own words.</exception>
    public static OverlayMount Create(IReadOnlyList<string> lowers, string upper, string work) =>
        Create(lowers, (upper, work));

    /// <summary>One that only shows what its layers make together.</summary>
    /// <param name="lowers">Top first; two at least.</param>
    /// <exception cref="LinuxException">What the kernel refused, with its own words.</exception>
    public static OverlayMount CreateReadOnly(IReadOnlyList<string> lowers) => Create(lowers, null);

    /// <summary>For kernels before 6.8: about 200 layers fit.</summary>
    internal static OverlayMount CreateAtOnce(IReadOnlyList<string> lowers, (string Upper, string Work)? writable)
    {
        using var held = new HeldFolders();
        var options = $"lowerdir={string.Join(':', lowers.Select(held.Hold))}";
        if (writable is var (upper, work)) options += $",upperdir={held.Hold(upper)},workdir={held.Hold(work)}";
        options += ",redirect_dir=nofollow,index=off,metacopy=off";
        if (options.Length > MountOptionBytesMax)
            throw new LinuxException("mount", Errno.ENAMETOOLONG, lowers[0], $"{lowers.Count} layers are too many");
        var place = Directory.CreateTempSubdirectory("overlay").FullName;
        try
        {
            SystemCall.Check(mount("overlay", place, "overlay", 0, options), "mount overlay", lowers[0]);
            return TakeFrom(place);
        }
        finally
        {
            Directory.Delete(place);
        }
    }

    private static OverlayMount TakeFrom(string place)
    {
        try
        {
            return new OverlayMount(DetachedMount.Of(place));
        }
        finally
        {
            SystemCall.Check(umount2(place, DetachMount), "umount2", place);
        }
    }

    private static OverlayMount Create(IReadOnlyList<string> lowers, (string Upper, string Work)? writable) =>
        TakesLayers.Value ? CreateByLayers(lowers, writable) : CreateAtOnce(lowers, writable);

    private static OverlayMount CreateByLayers(IReadOnlyList<string> lowers, (string Upper, string Work)? writable)
    {
        using var context = Open();
        using var held = new HeldFolders();
        foreach (var lower in lowers) Configure(context, SetString, "lowerdir+", held.Short(lower));
        if (writable is var (upper, work))
        {
            Configure(context, SetString, "upperdir", held.Short(upper));
            Configure(context, SetString, "workdir", held.Short(work));
        }

        // A layer must not be able to lead the kernel to other files by attributes it carries.
        Configure(context, SetString, "redirect_dir", "nofollow");
        Configure(context, SetString, "index", "off");
        Configure(context, SetString, "metacopy", "off");
        Configure(context, CreateCommand, null, null);

        var mount = fsmount(FsMount, context, FsMountCloseOnExec, 0);
        return mount >= 0
            ? new OverlayMount(new FileDescriptor((int)mount))
            : throw Refused(context, "fsmount", lowers[0]);
    }

    /// <summary>The root of the overlay, to work in while it is attached nowhere.</summary>
    /// <remarks>The descriptor stays this mount's.</remarks>
    public Folder Root => new(_mount);

    /// <summary>Mounts it at a folder. It stays there after this is disposed.</summary>
    /// <exception cref="LinuxException">ENOENT, EPERM.</exception>
    public void AttachAt(string path)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.PathBytes];
        var terminated = NulTerminated.In(buffer, Encoding.UTF8.GetBytes(path));
        var moved = move_mount(
            MoveMount, _mount, in "\0"u8[0], OpenFlags.CurrentFolder, in terminated[0], MoveFromEmptyPath);
        SystemCall.Check(moved, "move_mount", path);
    }

    public void Dispose() => _mount.Dispose();

    /// <remarks>Who knows the option looks the layer up at once; an older one takes any word, or not this.</remarks>
    private static bool FindWhetherLayersAreTaken()
    {
        using var context = Open();
        try
        {
            Configure(context, SetString, "lowerdir+", "/proc/self/fd/none");
            return false;
        }
        catch (LinuxException refused)
        {
            return refused.Number == Errno.ENOENT;
        }
    }

    private static FileDescriptor Open()
    {
        var opened = fsopen(FsOpen, in "overlay\0"u8[0], FsOpenCloseOnExec);
        return opened >= 0 ? new FileDescriptor((int)opened) : throw LinuxException.FromLastError("fsopen", "overlay");
    }

    private static void Configure(FileDescriptor context, uint command, string? key, string? value)
    {
        var keyBytes = key is null ? null : Encoding.ASCII.GetBytes(key + "\0");
        var valueBytes = value is null ? null : Encoding.UTF8.GetBytes(value + "\0");
        var done = fsconfig(FsConfig, context, command, keyBytes, valueBytes, 0);
        if (done < 0) throw Refused(context, "fsconfig", $"{key ?? "create"}={value}");
    }

    private static LinuxException Refused(FileDescriptor context, string call, string subject)
    {
        var error = Marshal.GetLastPInvokeError();
        var message = new byte[1024];
        var length = read(context, message, (nuint)message.Length);
        return new LinuxException(
            call, error, subject, length > 0 ? Encoding.UTF8.GetString(message, 0, (int)length).Trim() : null);
    }

    /// <summary>Paths too long for an option are given as descriptors, held until the overlay is made.</summary>
    private sealed class HeldFolders : IDisposable
    {
        private readonly List<Folder> _folders = [];

        public string Short(string path) =>
            Encoding.UTF8.GetByteCount(path) <= OptionBytesMax ? path : Hold(path);

        /// <summary>A name that is short, and has nothing in it that means something in a list.</summary>
        public string Hold(string path)
        {
            var folder = Folder.Open(path);
            _folders.Add(folder);
            return string.Create(
                CultureInfo.InvariantCulture, $"/proc/self/fd/{folder.Descriptor.DangerousGetHandle()}");
        }

        public void Dispose() => _folders.ForEach(folder => folder.Dispose());
    }

    private const int DetachMount = 2;
    private const nint MoveMount = 429;
    private const nint FsOpen = 430;
    private const nint FsConfig = 431;
    private const nint FsMount = 432;
    private const uint FsOpenCloseOnExec = 1;
    private const uint FsMountCloseOnExec = 1;
    private const uint SetString = 1;
    private const uint CreateCommand = 6;
    private const uint MoveFromEmptyPath = 4;

    [LibraryImport("libc", SetLastError = true, EntryPoint = "syscall")]
    private static partial nint fsopen(nint number, in byte name, uint flags);

    [LibraryImport("libc", SetLastError = true, EntryPoint = "syscall")]
    private static partial nint fsconfig(
        nint number, FileDescriptor context, uint command, byte[]? key, byte[]? value, int auxiliary);

    [LibraryImport("libc", SetLastError = true, EntryPoint = "syscall")]
    private static partial nint fsmount(nint number, FileDescriptor context, uint flags, uint attributes);

    [LibraryImport("libc", SetLastError = true, EntryPoint = "syscall")]
    private static partial nint move_mount(
        nint number, FileDescriptor from, in byte fromPath, int to, in byte toPath, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string type, ulong flags, string options);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(FileDescriptor fd, byte[] buffer, nuint count);
}
