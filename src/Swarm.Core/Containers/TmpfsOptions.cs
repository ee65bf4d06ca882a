namespace Swarm.Core.Containers;

/// <summary>Options of mount(8) that a tmpfs of a container can have.</summary>
public static class TmpfsOptions
{
    private static readonly string[] Words =
    [
        "async", "atime", "defaults", "dev", "diratime", "dirsync", "exec", "noatime", "nodev", "nodiratime", "noexec",
        "norelatime", "nostrictatime", "nosuid", "relatime", "ro", "rw", "strictatime", "suid", "sync",
    ];

    private static readonly string[] Named = ["gid", "mode", "mpol", "nr_blocks", "nr_inodes", "size", "uid"];

    /// <summary>Whether there is such a one, be it with a right value or not.</summary>
    public static bool IsKnown(string option)
    {
        ArgumentNullException.ThrowIfNull(option);
        return option.Split('=', 2) is [var name, { Length: > 0 }] ? Named.Contains(name) : Words.Contains(option);
    }

    /// <summary>Whether it says what is so anyway.</summary>
    public static bool IsUsual(string option) => option is "defaults" or "noexec" or "nosuid" or "nodev";
}
