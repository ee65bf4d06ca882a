using System.Runtime.InteropServices;

namespace Swarm.Linux;

/// <summary>The time of day and timers of the system; its timestamps count from the boot of the host, also while that
/// sleeps, and are the same in all processes.</summary>
/// <remarks><c>CLOCK_BOOTTIME</c> of <see href="https://man7.org/linux/man-pages/man2/clock_gettime.2.html">
/// clock_gettime(2)</see>, which <c>/proc/uptime</c> shows, too. That of the base class stands still while the host
/// sleeps: what is leased would be held longer than who leased it believes.</remarks>
public sealed partial class BootTime : TimeProvider
{
    private const int CLOCK_BOOTTIME = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;

    public override long TimestampFrequency => NanosecondsPerSecond;

    public override long GetTimestamp()
    {
        SystemCall.Check(clock_gettime(CLOCK_BOOTTIME, out var now), nameof(clock_gettime));
        return (now.Seconds * NanosecondsPerSecond) + now.Nanoseconds;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int clock_gettime(int clock, out TimeSpec now);

    /// <remarks>Both are 64 bits wide where Linux is.</remarks>
    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);
}
