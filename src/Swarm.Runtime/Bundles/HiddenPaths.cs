using System.Collections.Immutable;

namespace Swarm.Runtime.Bundles;

/// <summary>What of the kernel is hidden from containers that say nothing else, as in Docker.</summary>
public static class HiddenPaths
{
    /// <summary>Not to be read, either.</summary>
    public static ImmutableArray<string> Masked { get; } =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
        "/sys/devices/virtual/powercap",
    ];

    /// <summary>Not to be written to.</summary>
    public static ImmutableArray<string> ReadOnly { get; } =
        ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
}
