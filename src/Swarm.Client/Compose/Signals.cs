using System.Globalization;

namespace Swarm.Client.Compose;

/// <summary>Signals by name or number: https://man7.org/linux/man-pages/man7/signal.7.html</summary>
internal static class Signals
{
    private static readonly HashSet<string> Names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR",
        "SYS",
    ];

    /// <returns>The name with SIG in front, or the number.</returns>
    public static string? Read(Field field)
    {
        if (field.Text() is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= 64)
            return text;
        var upper = text.ToUpperInvariant();
        var name = upper.StartsWith("SIG", StringComparison.Ordinal) ? upper[3..] : upper;
        if (Names.Contains(name)) return "SIG" + name;
        field.Refuse($"'{text}' is not a signal");
        return null;
    }
}
