using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core;

namespace Swarm.Runtime.Usage;

/// <summary>Reads what <see href="https://man7.org/linux/man-pages/man5/proc.5.html">/proc</see> counts.</summary>
internal static class HostFigures
{
    /// <summary>The clock of /proc/stat ticks so many times a second on every architecture.</summary>
    private const long NanosecondsPerTick = 1_000_000_000 / 100;

    /// <param name="stat">Text of /proc/stat.</param>
    /// <returns>The time of all processors, idle or not, and how many there are.</returns>
    public static (long Nanoseconds, int Processors) Cpu(string stat)
    {
        // user, nice, system, idle, iowait, irq, softirq; what follows is contained in them, or somebody else's.
        const int Counted = 7;
        var lines = stat.Split('\n');
        var total = Fields(lines.First(line => line.StartsWith("cpu ", StringComparison.Ordinal)))
            .Skip(1).Take(Counted).Sum(Number);
        return (total * NanosecondsPerTick,
            lines.Count(line => line.StartsWith("cpu", StringComparison.Ordinal) && !line.StartsWith("cpu ",
                StringComparison.Ordinal)));
    }

    /// <param name="lines">Of /proc/meminfo.</param>
    public static Bytes Memory(IEnumerable<string> lines)
    {
        var line = lines.First(line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        return new Bytes(Number(Fields(line)[1]) * 1024);
    }

    /// <param name="devices">Text of /proc/PID/net/dev.</param>
    public static ImmutableSortedDictionary<string, InterfaceCounts> Interfaces(string devices) => devices
        .Split('\n')
        .Select(line => line.Split(':'))
        .Where(parts => parts.Length == 2 && parts[0].Trim() != "lo")
        .ToImmutableSortedDictionary(
            parts => parts[0].Trim(), parts => Counts(Fields(parts[1])), StringComparer.Ordinal);

    private static InterfaceCounts Counts(string[] fields) => new(Traffic(fields.AsSpan(0)), Traffic(fields.AsSpan(8)));

    private static TrafficCounts Traffic(ReadOnlySpan<string> fields) =>
        new(Number(fields[0]), Number(fields[1]), Number(fields[2]), Number(fields[3]));

    private static string[] Fields(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
