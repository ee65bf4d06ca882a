using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>What a container may use at most, from the words of its host side.</summary>
internal static class LimitReading
{
    private const long NanosecondsPerMilli = 1_000_000;
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long DefaultPeriod = 100_000;

    /// <summary>The kernel takes no longer time, in microseconds.</summary>
    private const long MostQuota = 1L << 44;

    private const long LeastNano = NanosecondsPerSecond / 100;

    /// <summary>Docker refuses less: no program starts in it.</summary>
    private const long LeastMemory = 6 * 1024 * 1024;

    /// <exception cref="ApiException">What cannot be, named.</exception>
    public static ResourceLimits Read(JsonFields host)
    {
        var memory = host.Number("Memory");
        if (memory is not 0 and < LeastMemory)
            throw Invalid("Minimum memory limit allowed is 6MB");
        if (host.Number("MemoryReservation") is > 0 and < LeastMemory)
            throw Invalid("Minimum memory reservation allowed is 6MB");
        if (host.Number("NanoCpus") > 0 && (host.Number("CpuQuota") > 0 || host.Number("CpuPeriod") > 0))
            throw Invalid("Conflicting options: Nano CPUs and CPU Period/Quota cannot both be set");
        if (host.Number("BlkioWeight") is not 0 and (< 10 or > 1000))
            throw Invalid("Range of blkio weight is from 10 to 1000");
        CheckProcessors(host);
        var swappiness = host.Has("MemorySwappiness") ? host.Number("MemorySwappiness") : -1;
        if (swappiness is < -1 or > 100)
            throw Invalid($"Invalid value: {swappiness}, valid memory swappiness range is 0-100");
        return new ResourceLimits(
            new MilliCpu(Cpu(host)), new Bytes(Math.Max(0, memory)), Math.Max(0, host.Number("PidsLimit")))
        {
            MemoryAndSwap = new Bytes(host.Number("MemorySwap")),
            CpuShares = host.Number("CpuShares"),
            CpuSet = host.Text("CpusetCpus"),
            MemoryNodes = host.Text("CpusetMems"),
            MemoryReservation = new Bytes(host.Number("MemoryReservation")),
            Swappiness = swappiness < 0 ? null : (int)swappiness,
            BlockWeight = (int)Math.Clamp(host.Number("BlkioWeight"), 0, int.MaxValue),
            CpuPeriod = Microseconds(host.Number("CpuPeriod")),
            CpuQuota = Quota(host),
        };
    }

    private static void CheckProcessors(JsonFields host)
    {
        var (nano, most) = (host.Number("NanoCpus"), Environment.ProcessorCount);
        if (nano is < 0 or > 0 and < LeastNano || nano > most * NanosecondsPerSecond)
        {
            throw Invalid(
                $"range of CPUs is from 0.01 to {most}.00, as there are only {most} CPUs available");
        }

        if (host.Number("CpuPeriod") is not 0 and (< 1000 or > 1_000_000))
        {
            throw Invalid("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
        }

        if (host.Number("CpuQuota") is > 0 and < 1000)
            throw Invalid("CPU cfs quota can not be less than 1ms (i.e. 1000)");
        var shares = host.Number("CpuShares");
        if (shares < 0) throw Invalid($"shares: invalid argument: {shares}");
        if (shares is 1) throw Invalid("the minimum allowed cpu-shares is 2");
        if (shares > 262_144) throw Invalid("the maximum allowed cpu-shares is 262144");
    }

    /// <summary>What it takes of the node: what it reserves, else what it may use at most.</summary>
    public static Resources Reserved(JsonFields host, ResourceLimits limits) => new(
        limits.Cpu,
        host.Number("MemoryReservation") is > 0 and var reserved ? new Bytes(reserved) : limits.Memory,
        limits.Pids);

    private static long Cpu(JsonFields host)
    {
        var period = host.Number("CpuPeriod") is > 0 and var given ? given : DefaultPeriod;
        return host.Number("NanoCpus") is > 0 and var nano
            ? Math.Max(1, nano / NanosecondsPerMilli)
            : Math.Clamp(host.Number("CpuQuota"), 0, MostQuota) * 1000 / period;
    }

    /// <summary>What does not go into thousandths of a processor and periods of 100 ms.</summary>
    private static TimeSpan Quota(JsonFields host) => host.Number("NanoCpus") is > 0 and var nano
        ? nano % NanosecondsPerMilli == 0
            ? TimeSpan.Zero
            : Microseconds(nano * DefaultPeriod / NanosecondsPerSecond)
        : Microseconds(host.Number("CpuQuota"));

    private static TimeSpan Microseconds(long count) => TimeSpan.FromMicroseconds(Math.Clamp(count, 0, MostQuota));

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}
