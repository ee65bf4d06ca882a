using System.Globalization;

namespace Swarm.Linux.Processes;

/// <summary>What this process may hand on at most: its bounding set.</summary>
/// <remarks><see href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7)</see>.</remarks>
public static class OwnCapabilities
{
    /// <summary>Bit N is capability number N.</summary>
    public static ulong ReadBounding() => Parse(File.ReadLines("/proc/self/status"));

    internal static ulong Parse(IEnumerable<string> status)
    {
        const string field = "CapBnd:";
        var line = status.First(line => line.StartsWith(field, StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
