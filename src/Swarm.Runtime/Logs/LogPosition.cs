using System.Globalization;

namespace Swarm.Runtime.Logs;

/// <summary>A place in a container's log, as <c>3:1024</c>.</summary>
/// <param name="Number">Of the file.</param>
/// <param name="Offset">Bytes from its beginning.</param>
internal readonly record struct LogPosition(long Number, long Offset)
{
    /// <exception cref="ContainerException">The text is no position.</exception>
    public static LogPosition Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && long.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                ? new LogPosition(number, offset)
                : throw new ContainerException(ContainerFault.Invalid, $"'{text}' is not a position in a log");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}:{Offset}");
}
