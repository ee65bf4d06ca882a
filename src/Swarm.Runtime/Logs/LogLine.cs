using System.Buffers.Text;

namespace Swarm.Runtime.Logs;

/// <summary>One line as conmon writes it: <c>TIME stdout|stderr F|P text</c>.</summary>
/// <param name="IsPartial">More of the same line follows.</param>
/// <param name="TextAt">Where the text begins: bytes, for a letter may be parted between two lines.</param>
internal readonly record struct LogLine(DateTimeOffset At, bool IsError, bool IsPartial, int TextAt)
{
    /// <param name="line">Without its end.</param>
    /// <returns>Null when it is not such a line, as after a crash of the host in the middle of one.</returns>
    public static LogLine? Parse(ReadOnlySpan<byte> line)
    {
        Span<Range> parts = stackalloc Range[3];
        var at = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var blank = line[at..].IndexOf((byte)' ');
            if (blank < 0) return null;
            parts[i] = at..(at + blank);
            at += blank + 1;
        }

        if (!TryTime(line[parts[0]], out var time)) return null;
        var stream = line[parts[1]];
        var isError = stream.SequenceEqual("stderr"u8);
        if (!isError && !stream.SequenceEqual("stdout"u8)) return null;
        return new LogLine(time, isError, line[parts[2]].SequenceEqual("P"u8), at);
    }

    /// <summary>Whether the line ends an entry, told without reading all of it.</summary>
    public static bool EndsEntry(ReadOnlySpan<byte> line)
    {
        const int blanksBefore = 2;
        for (var blanks = 0; blanks < blanksBefore; blanks++)
        {
            var blank = line.IndexOf((byte)' ');
            if (blank < 0) return true;
            line = line[(blank + 1)..];
        }

        return line.IsEmpty || line[0] != (byte)'P';
    }

    /// <remarks>conmon writes nanoseconds; the framework counts in hundreds of them.</remarks>
    private static bool TryTime(ReadOnlySpan<byte> bytes, out DateTimeOffset time)
    {
        const int seconds = 19; // yyyy-MM-ddTHH:mm:ss
        const int fraction = seconds + 1 + 7;
        const int longestZone = 6; // +hh:mm
        time = default;
        var zone = bytes.LastIndexOfAny("+-Z"u8);
        if (zone < seconds || bytes.Length - zone > longestZone) return false;
        if (zone > seconds && bytes[seconds] != '.') return false;

        Span<byte> kept = stackalloc byte[fraction + longestZone];
        kept.Fill((byte)'0');
        bytes[..Math.Min(zone, fraction)].CopyTo(kept);
        kept[seconds] = (byte)'.';
        bytes[zone..].CopyTo(kept[fraction..]);
        var length = fraction + bytes.Length - zone;
        return Utf8Parser.TryParse(kept[..length], out time, out var read, 'O') && read == length;
    }
}
