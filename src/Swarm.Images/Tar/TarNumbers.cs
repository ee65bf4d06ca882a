using System.Buffers.Binary;
using System.Text;

namespace Swarm.Images.Tar;

/// <summary>Numbers as tar headers hold them.</summary>
/// <remarks>https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html, and base-256
/// as GNU tar writes it.</remarks>
internal static class TarNumbers
{
    /// <summary>Octal text, or big-endian two's complement when the first bit is set.</summary>
    public static bool TryParse(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0) return TryParseBinary(field, out value);

        var digits = field.Trim(" \0"u8);
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7' || value > long.MaxValue >> 3) return false;
            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }

    /// <summary>Decimal text of a pax record, with a fraction cut to nanoseconds.</summary>
    public static bool TryParseTime(ReadOnlySpan<byte> text, out long seconds, out long nanoseconds)
    {
        nanoseconds = 0;
        var dot = text.IndexOf((byte)'.');
        var whole = dot < 0 ? text : text[..dot];
        var isNegative = whole.StartsWith("-"u8);
        if (!long.TryParse(whole, null, out seconds) || seconds is > MaxSeconds or < -MaxSeconds) return false;
        if (dot < 0) return true;

        var fraction = text[(dot + 1)..];
        for (var place = 0; place < 9; place++)
        {
            var digit = place < fraction.Length ? fraction[place] - '0' : 0;
            if (digit is < 0 or > 9) return false;
            nanoseconds = (nanoseconds * 10) + digit;
        }

        if (isNegative && nanoseconds > 0) (seconds, nanoseconds) = (seconds - 1, 1_000_000_000 - nanoseconds);
        return true;
    }

    /// <summary>Octal when it fits, else base-256.</summary>
    public static void Write(Span<byte> field, long value)
    {
        var digits = field.Length - 1;
        if (value >= 0 && (digits * 3 >= 63 || value < 1L << (digits * 3)))
        {
            Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(digits, '0'), field);
            field[digits] = 0;
            return;
        }

        field.Fill(value < 0 ? (byte)0xff : (byte)0);
        BinaryPrimitives.WriteInt64BigEndian(field[^8..], value);
        field[0] = value < 0 ? (byte)0xff : (byte)0x80;
    }

    // Beyond it, nanoseconds since 1970 do not fit 64 bits.
    private const long MaxSeconds = 9_000_000_000;

    private static bool TryParseBinary(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        var isNegative = (field[0] & 0x40) != 0;
        var fill = isNegative ? (byte)0xff : (byte)0;
        if (field.Length > 8)
        {
            if ((byte)(isNegative ? field[0] | 0x80 : field[0] & 0x7f) != fill) return false;
            if (field[1..^8].ContainsAnyExcept(fill)) return false;

            value = BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
            return value < 0 == isNegative;
        }

        value = isNegative ? (sbyte)field[0] : field[0] & 0x7f;
        foreach (var part in field[1..]) value = (value << 8) | part;
        return true;
    }
}
