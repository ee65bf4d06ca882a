using System.Runtime.InteropServices;

namespace Swarm.Linux.Files;

/// <summary>Flags of <see href="https://man7.org/linux/man-pages/man2/open.2.html">open(2)</see> and the calls beside
/// it.</summary>
internal static class OpenFlags
{
    public const int CurrentFolder = -100;
    public const int WriteOnly = 1;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    public const int NoFollowAt = 0x100;
    public const int RemoveFolderAt = 0x200;
    public const int EmptyPathAt = 0x1000;

    /// <summary>arm64 kept the numbers of 32-bit arm for these two.</summary>
    public static readonly int Folder = IsArm ? 0x4000 : 0x10000;

    public static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
}
