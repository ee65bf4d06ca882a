using System.Globalization;
using System.Text.Json;

namespace Swarm.Runtime.Seccomp;

/// <summary>Since which kernel a rule of a profile holds, or holds no more.</summary>
internal static class KernelCondition
{
    /// <exception cref="JsonException">It is no version of a kernel.</exception>
    public static void Check(string? text) => Parse(text);

    /// <param name="text">As <c>4.8</c>; empty is every kernel.</param>
    /// <param name="otherwise">What holds where nothing is said.</param>
    public static bool IsMet(string? text, Version kernel, bool otherwise) =>
        Parse(text) is { } least ? (kernel.Major, kernel.Minor).CompareTo(least) >= 0 : otherwise;

    private static (int Major, int Minor)? Parse(string? text) => text switch
    {
        null => null,
        "" => (0, 0),
        _ when text.Split('.') is [var first, var second] && Number(first) is { } major && Number(second) is { } minor
            && (major, minor) != (0, 0) => (major, minor),
        _ => throw new JsonException($"invalid kernel version: \"{text}\", expected \"<kernel>.<major>\""),
    };

    private static int? Number(string text) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
