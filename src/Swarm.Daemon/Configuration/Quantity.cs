using System.Globalization;
using Swarm.Core;

namespace Swarm.Daemon.Configuration;

/// <summary>Amounts as people write them in settings: <c>10MiB</c>, <c>500ms</c>.</summary>
internal static class Quantity
{
    private static readonly (string Unit, long Bytes)[] Sizes =
        [("B", 1), ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40)];

    private static readonly (string Unit, TimeSpan Length)[] Lengths =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
    ];

    /// <exception cref="FormatException">No whole number with one of the units.</exception>
    public static Bytes ParseBytes(string text)
    {
        var (number, unit) = Split(text);
        foreach (var (name, bytes) in Sizes)
        {
            if (unit == name && number <= long.MaxValue / bytes) return new Bytes(number * bytes);
        }

        throw new FormatException($"'{text}' is not a size: a whole number and B, KiB, MiB, GiB or TiB");
    }

    /// <exception cref="FormatException">No whole number with one of the units.</exception>
    public static TimeSpan ParseDuration(string text)
    {
        var (number, unit) = Split(text);
        foreach (var (name, length) in Lengths)
        {
            if (unit == name && number <= TimeSpan.MaxValue.Ticks / length.Ticks) return length * number;
        }

        throw new FormatException($"'{text}' is not a duration: a whole number and ms, s, m or h");
    }

    public static string Show(Bytes size)
    {
        var (unit, bytes) = Sizes.Last(known => size.Value % known.Bytes == 0 && (size.Value > 0 || known.Bytes == 1));
        return string.Create(CultureInfo.InvariantCulture, $"{size.Value / bytes}{unit}");
    }

    public static string Show(TimeSpan duration)
    {
        var (unit, length) = Lengths.Last(known => duration.Ticks % known.Length.Ticks == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / length.Ticks}{unit}");
    }

    private static (long Number, string Unit) Split(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        return long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (number, text[digits..].Trim())
            : (-1, "");
    }
}
