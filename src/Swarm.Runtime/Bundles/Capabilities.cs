using System.Collections.Immutable;

namespace Swarm.Runtime.Bundles;

/// <summary>Which capabilities a container gets.</summary>
/// <remarks>Names in the order of their numbers: https://man7.org/linux/man-pages/man7/capabilities.7.html</remarks>
internal static class Capabilities
{
    private static readonly ImmutableArray<string> ByNumber =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
        "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
        "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
        "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>What Docker gives.</summary>
    private static readonly ImmutableArray<string> Default =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
        "CAP_AUDIT_WRITE",
    ];

    /// <summary>The default, with and without what was asked for, as far as the engine itself may hand it on.</summary>
    /// <param name="bounding">Bit N is capability number N.</param>
    /// <returns>What it gets, and what it should have got but this host lacks.</returns>
    /// <exception cref="ContainerException">There is no capability of that name.</exception>
    public static (ImmutableArray<string> Given, ImmutableArray<string> Lacking) Choose(
        ImmutableArray<string> add, ImmutableArray<string> drop, bool privileged, ulong bounding)
    {
        var added = add.Select(Named).ToHashSet();
        var dropped = drop.Select(Named).ToHashSet();
        var wanted = ByNumber
            .Where(name => privileged || added.Contains("ALL") || added.Contains(name)
                || (Default.Contains(name) && !dropped.Contains("ALL")))
            .Where(name => privileged || !dropped.Contains(name))
            .ToLookup(name => (bounding >> ByNumber.IndexOf(name) & 1) == 1);
        return ([.. wanted[true]], [.. wanted[false]]);
    }

    /// <summary>Whether there are those that are to be added and dropped.</summary>
    /// <exception cref="ContainerException">There is no capability of that name.</exception>
    public static void Check(ImmutableArray<string> add, ImmutableArray<string> drop)
    {
        foreach (var (list, names) in new[] { ("CapAdd", add), ("CapDrop", drop) })
        {
            foreach (var text in names)
            {
                if (Find(text) is null) throw Unknown(list, text);
            }
        }
    }

    private static string Named(string text) => Find(text) ?? throw Unknown("CapAdd", text);

    private static ContainerException Unknown(string list, string text) => new(
        ContainerFault.Invalid, $"invalid {list}: unknown capability: \"{FullName(text)}\"");

    private static string? Find(string text)
    {
        var name = FullName(text);
        return name == "ALL" || ByNumber.Contains(name) ? name : null;
    }

    private static string FullName(string text)
    {
        var name = text.ToUpperInvariant();
        return name == "ALL" || name.StartsWith("CAP_", StringComparison.Ordinal) ? name : "CAP_" + name;
    }
}
