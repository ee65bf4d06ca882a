using System.Globalization;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Api.Volumes;

/// <summary>One of <c>Tmpfs</c>: a place and the options of mount(8) for it.</summary>
internal static class TmpfsReading
{
    /// <exception cref="ApiException">An option that a tmpfs does not have, or a wrong value.</exception>
    public static MountSpec Read(string target, string options)
    {
        var mount = new MountSpec(MountKind.Tmpfs, "", target);
        foreach (var option in options.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            mount = Check(target, option).Split('=', 2) switch
            {
                ["size", var size] when size.EndsWith('%') => mount with { Options = mount.Options.Add(option) },
                ["size", var size] => mount with { Size = ParseSize(option, size) },
                ["mode", var mode] => mount with { Mode = ParseMode(option, mode) },
                ["ro"] => mount with { ReadOnly = true },
                ["rw"] => mount with { ReadOnly = false },
                [var word] when TmpfsOptions.IsUsual(word) => mount,
                _ => mount with { Options = mount.Options.Add(option) },
            };
        }

        return mount;
    }

    /// <returns>The option as it was given.</returns>
    /// <exception cref="ApiException">A tmpfs has none like it.</exception>
    public static string Check(string target, string option) => TmpfsOptions.IsKnown(option)
        ? option
        : throw MountReading.Invalid($"invalid tmpfs option \"{option}\" for {target}");

    private static Bytes ParseSize(string option, string text)
    {
        var unit = char.ToLowerInvariant(text[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        return long.TryParse(
            unit == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= long.MaxValue >> unit
            ? new Bytes(number << unit)
            : throw MountReading.Invalid($"invalid tmpfs option {option}");
    }

    private static int ParseMode(string option, string text)
    {
        try
        {
            return Convert.ToInt32(text, 8) is >= 0 and <= 0xfff and var mode
                ? mode
                : throw MountReading.Invalid($"invalid tmpfs option {option}");
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or ArgumentException)
        {
            throw MountReading.Invalid($"invalid tmpfs option {option}");
        }
    }
}
