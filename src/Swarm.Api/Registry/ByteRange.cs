using System.Globalization;

namespace Swarm.Api.Registry;

/// <summary>The part of a blob that a client wants.</summary>
/// <param name="First">Its first byte.</param>
/// <param name="Last">Its last one.</param>
/// <remarks>https://www.rfc-editor.org/rfc/rfc9110#section-14</remarks>
internal sealed record ByteRange(long First, long Last)
{
    private const string Unit = "bytes=";

    public long Length => Last - First + 1;

    /// <summary>Reads the header <c>Range</c>.</summary>
    /// <param name="isPart">Whether it asks for one part; what cannot be read, or asks for several, asks for the
    /// whole.</param>
    /// <returns>Null when the blob has nothing there, or nothing can be there.</returns>
    public static ByteRange? Read(string header, long size, out bool isPart)
    {
        isPart = false;
        var whole = new ByteRange(0, size - 1);
        if (!header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase)) return whole;
        var ends = header[Unit.Length..].Trim().Split('-');
        if (ends.Length != 2 || !IsNumberOrNothing(ends[0], out var first) || !IsNumberOrNothing(ends[1], out var last)
            || (first is null && last is null))
        {
            return whole;
        }

        isPart = true;
        if (last < first) return null;
        if (first is null)
        {
            return last == 0 || size == 0 ? null : new ByteRange(Math.Max(0, size - last!.Value), size - 1);
        }

        return first < size ? new ByteRange(first.Value, Math.Min(last ?? long.MaxValue, size - 1)) : null;
    }

    private static bool IsNumberOrNothing(string text, out long? number)
    {
        number = null;
        if (text.Length == 0) return true;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read)) return false;
        number = read;
        return true;
    }
}
