using System.Globalization;
using System.Text;

namespace Swarm.Images.Builds;

/// <summary>Values as Go writes them, where people know them so.</summary>
internal static class GoWords
{
    /// <remarks>https://pkg.go.dev/time#Duration.String</remarks>
    public static string Of(TimeSpan time)
    {
        var (hours, minutes) = (time.Ticks / TimeSpan.TicksPerHour, time.Minutes);
        var seconds = Decimal(time.Ticks % TimeSpan.TicksPerMinute, TimeSpan.TicksPerSecond);
        return time.Ticks switch
        {
            0 => "0s",
            < TimeSpan.TicksPerMicrosecond => $"{time.Ticks * TimeSpan.NanosecondsPerTick}ns",
            < TimeSpan.TicksPerMillisecond => $"{Decimal(time.Ticks, TimeSpan.TicksPerMicrosecond)}µs",
            < TimeSpan.TicksPerSecond => $"{Decimal(time.Ticks, TimeSpan.TicksPerMillisecond)}ms",
            < TimeSpan.TicksPerMinute => $"{seconds}s",
            < TimeSpan.TicksPerHour => $"{minutes}m{seconds}s",
            _ => $"{hours}h{minutes}m{seconds}s",
        };
    }

    /// <remarks>https://pkg.go.dev/strconv#Quote</remarks>
    public static string Quoted(string text) =>
        $"\"{string.Concat(text.EnumerateRunes().Select(rune => Escaped(rune, '"')))}\"";

    /// <summary>A number as the character that it is of, which is what <c>%q</c> makes of one.</summary>
    /// <remarks>https://pkg.go.dev/strconv#QuoteRune</remarks>
    public static string Quoted(int number) =>
        $"'{Escaped(Rune.IsValid(number) ? new Rune(number) : Rune.ReplacementChar, '\'')}'";

    private static string Decimal(long ticks, long unit) =>
        ((decimal)ticks / unit).ToString("0.#######", CultureInfo.InvariantCulture);

    private static string Escaped(Rune rune, char quote) => rune.Value switch
    {
        '\a' => @"\a",
        '\b' => @"\b",
        '\f' => @"\f",
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        '\v' => @"\v",
        '\\' => @"\\",
        var value when value == quote => $@"\{quote}",
        < ' ' or 0x7f => $@"\x{rune.Value:x2}",
        _ when IsPrinted(rune) => rune.ToString(),
        <= 0xffff => $@"\u{rune.Value:x4}",
        _ => $@"\U{rune.Value:x8}",
    };

    private static bool IsPrinted(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
