using System.Collections.Immutable;
using System.Globalization;

namespace Swarm.Runtime.Bundles;

/// <summary>Signals by name or number: https://man7.org/linux/man-pages/man7/signal.7.html</summary>
internal static class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    private const int FirstRealTime = 34;
    private const int LastRealTime = 64;

    private static readonly ImmutableArray<string> ByNumber =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Reads <c>SIGTERM</c>, <c>term</c>, <c>15</c> or <c>SIGRTMIN+3</c>.</summary>
    /// <exception cref="ContainerException">There is no such signal.</exception>
    public static int Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number is > 0 and <= LastRealTime ? number : throw Unknown(text);
        }

        var name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        if (name.StartsWith("RTMIN", StringComparison.Ordinal)) return RealTime(text, name[5..], FirstRealTime);
        if (name.StartsWith("RTMAX", StringComparison.Ordinal)) return RealTime(text, name[5..], LastRealTime);
        var index = name.Length == 0 ? -1 : ByNumber.IndexOf(name);
        return index > 0 ? index : throw Unknown(text);
    }

    private static int RealTime(string text, string offset, int from)
    {
        var by = 0;
        if (offset.Length > 0
            && !int.TryParse(offset, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out by))
        {
            throw Unknown(text);
        }

        return from + by is >= FirstRealTime and <= LastRealTime ? from + by : throw Unknown(text);
    }

    private static ContainerException Unknown(string text) =>
        new(ContainerFault.Invalid, $"Invalid signal: {text}");
}
