using System.Buffers;
using System.Globalization;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Client.Compose;

/// <summary>The small formats of values in Compose files. Null means that the text is not of the format.</summary>
internal static class Formats
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>As <c>1h5m30s20ms</c>; units h, m, s, ms and us, each number with a unit.</summary>
    public static TimeSpan? Duration(string text)
    {
        if (text == "0") return TimeSpan.Zero;
        var rest = text.AsSpan();
        var total = 0d;
        if (rest.IsEmpty) return null;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9') is var whole && whole >= 0 && rest[whole] == '.'
                ? whole + 1 + Math.Max(0, rest[(whole + 1)..].IndexOfAnyExceptInRange('0', '9'))
                : whole;
            if (digits <= 0 || !TryNumber(rest[..digits], out var number)) return null;
            rest = rest[digits..];
            var letters = rest.IndexOfAnyExceptInRange('a', 'z') is var end && end >= 0 ? end : rest.Length;
            double? microseconds = rest[..letters] switch
            {
                "us" => 1,
                "ms" => 1e3,
                "s" => 1e6,
                "m" => 60e6,
                "h" => 3600e6,
                _ => null,
            };
            if (microseconds is not { } unit) return null;
            total += number * unit;
            rest = rest[letters..];
        }

        return total > ServiceSpec.LongestTime.TotalMicroseconds ? null : TimeSpan.FromMicroseconds(total);
    }

    /// <summary>As <c>64m</c> or <c>1.5gb</c>, in steps of 1024; without a unit bytes.</summary>
    public static Bytes? Size(string text)
    {
        var lower = text.ToLowerInvariant().AsSpan();
        var end = lower.IndexOfAnyExcept(Digits) is var at && at >= 0 ? at : lower.Length;
        if (!TryNumber(lower[..end], out var number)) return null;
        double? unit = lower[end..] switch
        {
            "" or "b" =>
                1,
            "k" or "kb" => 1024,
            "m" or "mb" => 1024 * 1024,
            "g" or "gb" => 1024 * 1024 * 1024,
            _ => null,
        };
        return number * unit is { } bytes and <= (1L << 53) ? new Bytes((long)bytes) : null;
    }

    /// <summary>A number of cores, as <c>0.5</c>, to a thousandth.</summary>
    public static MilliCpu? Cpus(string text) =>
        TryNumber(text, out var cores) && cores <= 100_000 && (cores == 0 || cores >= 0.001)
            ? new MilliCpu((long)Math.Round(cores * 1000)) : null;

    private static bool TryNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number);
}
