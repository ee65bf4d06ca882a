using System.Globalization;
using System.Text.RegularExpressions;

namespace Swarm.Core.Containers;

/// <summary>Sizes as Docker has them in its options: <c>10G</c>, <c>512m</c>, <c>1.5GiB</c>, or bytes alone.</summary>
public static partial class SizeText
{
    private const string Units = "kmgtp";

    /// <returns>Null when the text is no size, or one beyond 63 bits. All units are of 1024.</returns>
    public static Bytes? Parse(string text)
    {
        var found = Format().Match(text);
        if (!found.Success) return null;
        var power = found.Groups["unit"].Length == 0
            ? 0
            : Units.IndexOf(char.ToLowerInvariant(found.Groups["unit"].ValueSpan[0])) + 1;
        if (!decimal.TryParse(
            found.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var number) || number > long.MaxValue >> (10 * power))
        {
            return null;
        }

        return new Bytes((long)(number * (1L << (10 * power))));
    }

    /// <summary>In the largest unit of which it is a whole number, as <c>10G</c>.</summary>
    public static string Of(Bytes size)
    {
        var (number, power) = (size.Value, 0);
        for (; number > 0 && number % 1024 == 0 && power < Units.Length; power++) number /= 1024;
        var unit = power == 0 ? "" : char.ToUpperInvariant(Units[power - 1]).ToString();
        return string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");
    }

    [GeneratedRegex(@"^(?<number>[0-9]+(\.[0-9]+)?) ?(?<unit>[kmgtpKMGTP])?[iI]?[bB]?\z")]
    private static partial Regex Format();
}
