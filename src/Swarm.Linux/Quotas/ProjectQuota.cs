using System.Runtime.InteropServices;
using System.Text;
using Swarm.Linux.Files;
using static Swarm.Linux.Quotas.QuotaUapi;

namespace Swarm.Linux.Quotas;

/// <summary>Limits to what a tree of files takes of its file system: project quotas, which XFS and ext4 have.</summary>
/// <remarks>
/// Each file belongs to one project, a number, and takes that of its folder where the folder says so
/// (<see href="https://man7.org/linux/man-pages/man2/ioctl_xfs_fssetxattr.2.html">ioctl_xfs_fssetxattr(2)</see>). Asked
/// of by <see href="https://man7.org/linux/man-pages/man2/quotactl.2.html">quotactl_fd(2)</see>, Linux 5.14, through a
/// folder on the file system. The commands are those of XFS, which the kernel translates for ext4.
/// </remarks>
public static partial class ProjectQuota
{
    private const nint QuotaCtlFd = 443;
    private const int BlockBytes = 512;

    /// <summary>Whether the file system of a folder holds projects to their limits.</summary>
    /// <returns>False as well where the kernel cannot, or is older than 5.14.</returns>
    /// <exception cref="LinuxException">ENOENT, ENOTDIR: no such folder.</exception>
    public static unsafe bool IsEnforced(string folder)
    {
        using var opened = Open(folder);
        QuotaState state = default;
        return Ask(opened, Q_XGETQSTAT, 0, &state) == 0 && (state.Flags & FS_QUOTA_PDQ_ENFD) != 0;
    }

    /// <summary>What a project takes, and may take, of the file system of a folder.</summary>
    /// <exception cref="LinuxException">ENOSYS, ESRCH: there are no project quotas.</exception>
    public static unsafe ProjectUse UseOf(string folder, uint project)
    {
        using var opened = Open(folder);
        DiskQuota quota = default;
        var asked = Ask(opened, Q_XGETQUOTA, project, &quota);
        if (asked == -1 && Marshal.GetLastPInvokeError() == Errno.ENOENT) return default;
        SystemCall.Check(asked, "quotactl Q_XGETQUOTA", folder);
        return new ProjectUse(
            (long)quota.Blocks * BlockBytes, (long)quota.Inodes, (long)quota.BlocksHard * BlockBytes);
    }

    /// <summary>Limits what a project may take of the file system of a folder.</summary>
    /// <param name="bytes">Rounded up to blocks of 512 bytes, and by the file system to its own; zero lifts the limit.
    /// </param>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_ADMIN; ENOSYS, ESRCH: there are no project quotas.
    /// </exception>
    public static unsafe void SetLimit(string folder, uint project, long bytes)
    {
        using var opened = Open(folder);
        var quota = new DiskQuota
        {
            Version = FS_DQUOT_VERSION,
            Kind = FS_PROJ_QUOTA,
            Fields = FS_DQ_BSOFT | FS_DQ_BHARD,
            Project = project,
            BlocksHard = (ulong)bytes / BlockBytes + ((ulong)bytes % BlockBytes > 0 ? 1UL : 0),
        };
        SystemCall.Check(Ask(opened, Q_XSETQLIM, project, &quota), "quotactl Q_XSETQLIM", folder);
    }

    /// <summary>The project that a folder belongs to; 0 is that of all files that are in no other.</summary>
    /// <exception cref="LinuxException">ENOTTY: its file system knows none.</exception>
    public static unsafe uint ProjectOf(string folder)
    {
        using var opened = Open(folder);
        ExtendedFlags flags = default;
        SystemCall.Check(ioctl(opened, FS_IOC_FSGETXATTR, &flags), "ioctl FS_IOC_FSGETXATTR", folder);
        return flags.Project;
    }

    /// <summary>Puts an empty folder, and all that will be made in it, into a project.</summary>
    /// <exception cref="LinuxException">EOPNOTSUPP, ENOTTY: its file system knows none.</exception>
    public static unsafe void Assign(string folder, uint project)
    {
        using var opened = Open(folder);
        ExtendedFlags flags = default;
        SystemCall.Check(ioctl(opened, FS_IOC_FSGETXATTR, &flags), "ioctl FS_IOC_FSGETXATTR", folder);
        flags.Project = project;
        flags.Flags |= FS_XFLAG_PROJINHERIT;
        SystemCall.Check(ioctl(opened, FS_IOC_FSSETXATTR, &flags), "ioctl FS_IOC_FSSETXATTR", folder);
    }

    private static FileDescriptor Open(string folder)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.PathBytes];
        var terminated = NulTerminated.In(buffer, Encoding.UTF8.GetBytes(folder));
        var opened = open(in terminated[0], OpenFlags.Folder | OpenFlags.CloseOnExec, 0);
        return opened.IsInvalid ? throw LinuxException.FromLastError("open", folder) : opened;
    }

    private static unsafe nint Ask(FileDescriptor folder, int command, uint project, void* answer) =>
        quotactl_fd(QuotaCtlFd, folder, (command << 8) | PRJQUOTA, project, answer);

    [LibraryImport("libc", SetLastError = true)]
    private static partial FileDescriptor open(in byte path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int ioctl(FileDescriptor fd, nuint request, ExtendedFlags* flags);

    [LibraryImport("libc", SetLastError = true, EntryPoint = "syscall")]
    private static unsafe partial nint quotactl_fd(
        nint number, FileDescriptor fd, int command, uint project, void* answer);
}

/// <param name="Bytes">What its files take of the disk.</param>
/// <param name="Inodes">How many files and folders it has.</param>
/// <param name="BytesMax">Zero: no limit.</param>
public readonly record struct ProjectUse(long Bytes, long Inodes, long BytesMax);
