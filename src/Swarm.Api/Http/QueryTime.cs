using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Http;

/// <summary>Points in time in a query: seconds since 1970, with a fraction or without, or RFC 3339.</summary>
internal static partial class QueryTime
{
    /// <summary>Some centuries of hours: more is no point in time.</summary>
    private const double MostUnits = 5_000_000;

    /// <returns>Null where there is none, or it is 0.</returns>
    /// <exception cref="ApiException">It is neither.</exception>
    public static DateTimeOffset? Read(HttpRequest request, string name, DateTimeOffset now)
    {
        var text = request.Query.Text(name);
        return text is "" or "0" ? null : Parse(name, text, now);
    }

    /// <summary>Reads a point in time, or how long before now it was: <c>1h30m</c>.</summary>
    /// <exception cref="ApiException">It is neither.</exception>
    public static DateTimeOffset Parse(string name, string text, DateTimeOffset now)
    {
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out var seconds)
            && seconds is > -62_135_596_800 and < 253_402_300_800)
        {
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        }

        if (TryDuration(text, out var before)) return now - before;
        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new ApiException(StatusCodes.Status400BadRequest, $"invalid value of {name}: {text}");
    }

    private static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var parts = DurationParts().Matches(text);
        if (parts.Count == 0 || parts.Sum(part => part.Length) != text.Length) return false;
        foreach (var part in parts.Cast<Match>())
        {
            var number = double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            var unit = part.Groups[2].Value switch
            {
                "h" => TimeSpan.FromHours(1),
                "m" => TimeSpan.FromMinutes(1),
                "s" => TimeSpan.FromSeconds(1),
                _ => TimeSpan.FromMilliseconds(1),
            };
            duration += unit * Math.Min(number, MostUnits);
        }

        return true;
    }

    [GeneratedRegex("([0-9]{1,9}(?:[.][0-9]{1,9})?)(ms|h|m|s)", RegexOptions.CultureInvariant)]
    private static partial Regex DurationParts();

    /// <summary>As Go writes times in JSON; a missing one is its zero time.</summary>
    public static string Written(DateTimeOffset? time) => time is { } known
        ? known.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture)
        : "0001-01-01T00:00:00Z";
}
