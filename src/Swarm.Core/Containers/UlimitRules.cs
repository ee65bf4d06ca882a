using System.Collections.Frozen;

namespace Swarm.Core.Containers;

/// <summary>Which limits of processes can be.</summary>
/// <remarks>Pure. In the words of <see href="https://github.com/docker/go-units/blob/master/ulimit.go">Docker</see>,
/// whose client judges them by the same rules.</remarks>
public static class UlimitRules
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.Ordinal,
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
        "rttime", "sigpending", "stack");

    /// <returns>Why a limit cannot be; null where it can.</returns>
    public static string? FindFault(Ulimit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        if (!Names.Contains(limit.Name)) return $"invalid ulimit type: {limit.Name}";
        var (soft, hard) = (limit.Soft, limit.Hard);
        if (hard < 0 || (soft >= 0 && soft <= hard)) return null;
        const string rule = "ulimit soft limit must be less than or equal to hard limit";
        return soft < 0 ? $"{rule}: soft: {soft} (unlimited), hard: {hard}" : $"{rule}: {soft} > {hard}";
    }
}
