using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>Keys of a service that limit what its containers use, beside <c>deploy.resources</c>.</summary>
internal static class LimitKeys
{
    /// <summary>The least memory a container can be limited to, as in Docker.</summary>
    private static readonly Bytes LeastMemory = Bytes.FromMebibytes(6);

    private const long LeastMicroseconds = 1000;
    private const long MostQuota = 1_000_000_000_000;
    private static readonly TimeSpan DefaultPeriod = TimeSpan.FromMilliseconds(100);

    public static IEnumerable<KeyValuePair<string, Func<ResourceLimits, Field, ResourceLimits>>> All { get; } =
        new Dictionary<string, Func<ResourceLimits, Field, ResourceLimits>>
        {
            ["mem_limit"] = (limits, field) => limits with { Memory = Memory(field) ?? limits.Memory },
            ["memswap_limit"] =
                (limits, field) => limits with { MemoryAndSwap = Memory(field) ?? limits.MemoryAndSwap },
            ["mem_reservation"] =
                (limits, field) => limits with { MemoryReservation = Memory(field) ?? limits.MemoryReservation },
            ["mem_swappiness"] = (limits, field) => limits with { Swappiness = (int?)field.Number(0, 100) },
            ["cpus"] = (limits, field) => limits with { Cpu = field.Cpus() ?? limits.Cpu },
            ["pids_limit"] = (limits, field) => limits with { Pids = Pids(field) },
            ["cpu_shares"] = (limits, field) => limits with { CpuShares = field.Number(0, 262_144) ?? 0 },
            ["cpu_period"] = (limits, field) => limits with { CpuPeriod = Microseconds(field, 1_000_000) },
            ["cpu_quota"] = (limits, field) => limits with { CpuQuota = Microseconds(field, MostQuota) },
            ["cpuset"] = (limits, field) => limits with { CpuSet = CpuSet(field) },
        };

    public static Bytes? Memory(Field field)
    {
        var size = field.Size();
        if (size is { } given && given > Bytes.Zero && given < LeastMemory) field.Refuse("must be at least 6m");
        return size;
    }

    /// <remarks>-1 means no limit, as does 0.</remarks>
    public static long Pids(Field field) => Math.Max(0, field.Number(-1, 4_194_304) ?? 0);

    /// <summary>Quota and period as processors, where a file gives those.</summary>
    public static MilliCpu Cpu(ResourceLimits limits)
    {
        var period = limits.CpuPeriod > TimeSpan.Zero ? limits.CpuPeriod : DefaultPeriod;
        return new MilliCpu(limits.CpuQuota.Ticks * 1000 / period.Ticks);
    }

    /// <remarks>-1 and 0 leave it to the host.</remarks>
    private static TimeSpan Microseconds(Field field, long most)
    {
        var count = field.Number(-1, most) ?? 0;
        if (count is > 0 and < LeastMicroseconds)
            field.Refuse($"must be at least {LeastMicroseconds}: it is in microseconds");
        return TimeSpan.FromMicroseconds(Math.Max(0, count));
    }

    private static string CpuSet(Field field)
    {
        if (field.Text() is not { } text) return "";
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length <= 2
                && ends.All(end => ushort.TryParse(end, System.Globalization.NumberStyles.None, null, out _))
                && ushort.Parse(ends[0], null) <= ushort.Parse(ends[^1], null)) continue;
            field.Refuse($"'{text}' is not a list of processors; write it as 0-2,4");
            return "";
        }

        return text;
    }
}
