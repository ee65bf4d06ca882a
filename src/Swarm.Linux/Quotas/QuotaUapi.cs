using System.Runtime.InteropServices;

namespace Swarm.Linux.Quotas;

/// <summary>Numbers of <c>linux/fs.h</c>, <c>linux/quota.h</c> and <c>linux/dqblk_xfs.h</c>, under their names there.
/// </summary>
internal static class QuotaUapi
{
    public const int PRJQUOTA = 2;
    public const int Q_XGETQUOTA = 0x5803;
    public const int Q_XSETQLIM = 0x5804;
    public const int Q_XGETQSTAT = 0x5805;
    public const int FS_DQUOT_VERSION = 1;
    public const int FS_PROJ_QUOTA = 2;
    public const int FS_DQ_BSOFT = 4;
    public const int FS_DQ_BHARD = 8;
    public const int FS_QUOTA_PDQ_ENFD = 0x20;
    public const int FS_XFLAG_PROJINHERIT = 0x200;
    public const uint FS_IOC_FSGETXATTR = 0x801c581f;
    public const uint FS_IOC_FSSETXATTR = 0x401c5820;
}

/// <summary>The layout of <c>struct fsxattr</c>.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ExtendedFlags
{
    public uint Flags;
    public uint ExtentSize;
    public uint Extents;
    public uint Project;
    public uint CopyExtentSize;
    public ulong Padding;
}

/// <summary>The layout of <c>struct fs_disk_quota</c>; blocks are of 512 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DiskQuota
{
    public byte Version;
    public byte Kind;
    public ushort Fields;
    public uint Project;
    public ulong BlocksHard;
    public ulong BlocksSoft;
    public ulong InodesHard;
    public ulong InodesSoft;
    public ulong Blocks;
    public ulong Inodes;
    public int InodeTimer;
    public int BlockTimer;
    public ushort InodeWarnings;
    public ushort BlockWarnings;
    public byte InodeTimerHigh;
    public byte BlockTimerHigh;
    public byte RealTimeTimerHigh;
    public byte Padding2;
    public ulong RealTimeBlocksHard;
    public ulong RealTimeBlocksSoft;
    public ulong RealTimeBlocks;
    public int RealTimeTimer;
    public ushort RealTimeWarnings;
    public short Padding3;
    public ulong Padding4;
}

/// <summary>The layout of <c>struct fs_quota_stat</c>, of which only the flags are looked at.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct QuotaState
{
    [FieldOffset(2)] public ushort Flags;
}
