using System.Collections.Immutable;

namespace Swarm.Client.Compose;

/// <summary>Capabilities by name: https://man7.org/linux/man-pages/man7/capabilities.7.html</summary>
internal static class Capabilities
{
    private static readonly HashSet<string> Names =
    [
        "ALL", "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN",
        "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "PERFMON", "SETFCAP",
        "SETGID",
        "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT",
        "SYS_PTRACE",
        "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM",
    ];

    /// <returns><c>ALL</c>, or names with CAP_ in front.</returns>
    public static ImmutableArray<string> Read(Field field)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, item) in field.Texts())
        {
            var upper = text.ToUpperInvariant();
            var name = upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper[4..] : upper;
            if (!Names.Contains(name)) item.Refuse($"'{text}' is not a capability");
            else result.Add(name == "ALL" ? name : "CAP_" + name);
        }

        return result.ToImmutable();
    }
}
