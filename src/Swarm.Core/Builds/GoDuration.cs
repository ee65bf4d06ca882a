using System.Globalization;
using System.Text.RegularExpressions;

namespace Swarm.Core.Builds;

/// <summary>Durations as <c>1m30s</c>.</summary>
/// <remarks>https://pkg.go.dev/time#ParseDuration</remarks>
internal static partial class GoDuration
{
    /// <returns>Null when it is none, or too long.</returns>
    public static TimeSpan? TryParse(string text)
    {
        if (text == "0") return TimeSpan.Zero;
        if (!Form().IsMatch(text)) return null;
        var seconds = 0d;
        foreach (Match part in Part().Matches(text))
        {
            if (!double.TryParse(
                part.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            seconds += number * UnitSeconds(part.Groups[2].Value);
        }

        return seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static double UnitSeconds(string unit) => unit switch
    {
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        "ms" => 1e-3,
        "us" or "µs" or "μs" => 1e-6,
        _ => 1e-9,
    };

    [GeneratedRegex(@"\A(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|μs|ns))+\z")]
    private static partial Regex Form();

    [GeneratedRegex(@"(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|μs|ns)")]
    private static partial Regex Part();
}
