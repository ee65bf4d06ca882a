using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Containers;
using Swarm.Linux.Processes;

namespace Swarm.Runtime.Bundles;

/// <summary>Limits of a container's processes, as far as this host's engine may set them.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man2/setrlimit.2.html">setrlimit(2)</see>: without CAP_SYS_RESOURCE no
/// limit can be raised above the engine's own, and no score lowered below it: there the nearest one is taken.
/// </remarks>
internal static class ProcessLimits
{
    private const int SysResource = 24;

    /// <summary>Names in Docker, and the beginnings of the lines of /proc/PID/limits.</summary>
    private static readonly ImmutableDictionary<string, string> Lines = new Dictionary<string, string>
    {
        ["core"] = "Max core file size",
        ["cpu"] = "Max cpu time",
        ["data"] = "Max data size",
        ["fsize"] = "Max file size",
        ["locks"] = "Max file locks",
        ["memlock"] = "Max locked memory",
        ["msgqueue"] = "Max msgqueue size",
        ["nice"] = "Max nice priority",
        ["nofile"] = "Max open files",
        ["nproc"] = "Max processes",
        ["rss"] = "Max resident set",
        ["rtprio"] = "Max realtime priority",
        ["rttime"] = "Max realtime timeout",
        ["sigpending"] = "Max pending signals",
        ["stack"] = "Max stack size",
    }.ToImmutableDictionary();

    private static readonly Lazy<bool> IsFree =
        new(() => (OwnCapabilities.ReadBounding() >> SysResource & 1) == 1);

    /// <param name="isMapped">Whether a user of another user namespace sets them, who may not raise any.</param>
    /// <exception cref="ContainerException">There is no limit of that name, or its soft one is above its hard one.
    /// </exception>
    public static ImmutableArray<ProcessLimit> Choose(ImmutableArray<Ulimit> wanted, bool isMapped) =>
    [
        .. wanted.Select(limit => Choose(
            limit,
            IsFree.Value && !isMapped ? ulong.MaxValue : Ceiling(File.ReadLines("/proc/self/limits"), limit.Name))),
    ];

    /// <exception cref="ContainerException">It is beyond what the kernel knows.</exception>
    public static int Score(int wanted, bool isMapped)
    {
        if (wanted is < -1000 or > 1000)
            throw Invalid($"out-of-memory score {wanted} is not between -1000 and 1000");
        return Score(wanted, IsFree.Value && !isMapped, OwnScore());
    }

    internal static int Score(int wanted, bool isFree, int own) => isFree ? wanted : Math.Max(wanted, own);

    /// <summary>What a program has to be spawned with to have a score that crun does not give it.</summary>
    /// <returns>Null where it is the engine's own.</returns>
    public static int? ScoreToSpawnWith(int score) => score == OwnScore() ? null : score;

    internal static ProcessLimit Choose(Ulimit limit, ulong ceiling)
    {
        if (UlimitRules.FindFault(limit) is { } fault) throw Invalid(fault);
        var (soft, hard) = (Number(limit.Soft), Number(limit.Hard));
        return new ProcessLimit(
            "RLIMIT_" + limit.Name.ToUpperInvariant(), Math.Min(soft, ceiling), Math.Min(hard, ceiling));
    }

    /// <summary>The hard limit in a file as /proc/PID/limits.</summary>
    internal static ulong Ceiling(IEnumerable<string> lines, string name)
    {
        if (!Lines.TryGetValue(name, out var title)) return ulong.MaxValue;
        var line = lines.FirstOrDefault(line => line.StartsWith(title + " ", StringComparison.Ordinal));
        var fields = line?[title.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields is [_, var hard, ..] && ulong.TryParse(hard, CultureInfo.InvariantCulture, out var number)
            ? number
            : ulong.MaxValue;
    }

    private static int OwnScore() =>
        int.Parse(File.ReadAllText("/proc/self/oom_score_adj"), CultureInfo.InvariantCulture);

    private static ulong Number(long value) => value < 0 ? ulong.MaxValue : (ulong)value;

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);
}
