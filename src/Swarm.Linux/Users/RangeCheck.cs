using System.Globalization;

namespace Swarm.Linux.Users;

/// <summary>What ids of the host may be given to containers.</summary>
internal static class RangeCheck
{
    /// <summary>Images have files of nobody, 65534.</summary>
    public const uint FewestIds = 65536;

    /// <summary>As many lines a map may have since Linux 4.15, less the one of
    /// <see cref="Mounts.IdMappedMount"/>.</summary>
    public const int MostRanges = 339;

    /// <summary>The last two ids mean "none" to the kernel, or are needed by <see cref="Mounts.IdMappedMount"/>.
    /// </summary>
    private const long End = uint.MaxValue - 1;

    /// <param name="where">What names the range, for messages.</param>
    /// <exception cref="FormatException">It cannot be given.</exception>
    public static void Check(string where, long first, long size)
    {
        var range = string.Create(CultureInfo.InvariantCulture, $"{where}: {size} ids from {first} on");
        if (size <= 0) throw new FormatException($"{range} are none");
        if (first <= 0) throw new FormatException($"{range} would make root of containers that of the host");
        if (first >= End || size > End - first)
            throw new FormatException($"{range} end beyond {(End - 1).ToString(CultureInfo.InvariantCulture)}");
    }

    /// <exception cref="FormatException">They are too few, or say the same twice.</exception>
    public static void CheckWhole(string where, IReadOnlyList<IdRange> ranges)
    {
        var count = ranges.Sum(range => (long)range.Size);
        if (count < FewestIds)
        {
            const string reason = "images have files of users up to 65534, so 65536 are needed";
            throw new FormatException(string.Create(
                CultureInfo.InvariantCulture, $"{where}: {count} ids are too few: {reason}"));
        }

        if (ranges.Count > MostRanges || count >= End)
            throw new FormatException($"{where}: these are more ranges or ids than the kernel takes");
        var sorted = ranges.OrderBy(range => range.Outside).ToArray();
        for (var at = 1; at < sorted.Length; at++)
        {
            if (sorted[at].Outside - sorted[at - 1].Outside >= sorted[at - 1].Size) continue;
            throw new FormatException(string.Create(
                CultureInfo.InvariantCulture, $"{where}: two ranges have the id {sorted[at].Outside}"));
        }
    }
}
