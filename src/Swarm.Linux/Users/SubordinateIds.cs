using System.Collections.Immutable;
using System.Globalization;

namespace Swarm.Linux.Users;

/// <summary>The ids that a user may give to others: a file as <c>/etc/subuid</c>.</summary>
/// <remarks><see href="https://man7.org/linux/man-pages/man5/subuid.5.html">subuid(5)</see>: lines
/// <c>NAME-OR-ID:FIRST:COUNT</c>.</remarks>
public static class SubordinateIds
{
    /// <summary>All ranges of a user or group, in the order of their lines, mapped from 0 on.</summary>
    /// <param name="path">What the file is called, for messages.</param>
    /// <param name="text">What is in it; null where it is not there.</param>
    /// <param name="names">The name and the number under which it may stand there.</param>
    /// <exception cref="FormatException">It has none, or they are wrong or too few.</exception>
    public static ImmutableArray<IdRange> Find(string path, string? text, params ReadOnlySpan<string> names)
    {
        var ranges = ImmutableArray.CreateBuilder<IdRange>();
        var inside = 0L;
        foreach (var (first, size) in Lines(path, text, names))
        {
            RangeCheck.Check(path, first, size);
            ranges.Add(new IdRange((uint)inside, (uint)first, (uint)size));
            inside += size;
        }

        if (ranges.Count == 0)
        {
            throw new FormatException(
                (text is null ? $"there is no {path}" : $"{path} has no range for {names[0]}")
                + $": add the line {names[0]}:100000:65536 to it, with ids that nobody has on this host");
        }

        RangeCheck.CheckWhole(path, ranges);
        return ranges.ToImmutable();
    }

    private static List<(long First, long Size)> Lines(
        string path, string? text, ReadOnlySpan<string> names)
    {
        List<(long, long)> found = [];
        foreach (var line in (text ?? "").Split('\n'))
        {
            var fields = line.Trim().Split(':');
            if (fields[0].Length == 0 || fields[0][0] == '#' || !names.Contains(fields[0])) continue;
            if (fields.Length != 3 || Number(fields[1]) is not { } first || Number(fields[2]) is not { } size)
                throw new FormatException($"{path}: '{line.Trim()}' is not as {fields[0]}:100000:65536");
            found.Add((first, size));
        }

        return found;
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
