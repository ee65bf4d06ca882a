using System.Text.RegularExpressions;

namespace Swarm.Tidy;

/// <summary>Finds members by their indentation, which the format check keeps true.</summary>
internal static partial class Methods
{
    /// <summary>Members with a body of braces that spans more lines than allowed.</summary>
    public static IEnumerable<string> LongerThan(int lines, string file, string[] text)
    {
        for (var start = 0; start < text.Length; start++)
        {
            if (Opening().Match(text[start]) is not { Success: true } opening) continue;
            if (start == 0 || !Head().IsMatch(text[start - 1])) continue;

            var end = Array.FindIndex(
                text, start, line => line.StartsWith(opening.Groups[1].Value + "}", StringComparison.Ordinal));
            if (end - start - 1 > lines) yield return $"{file}:{start}: {end - start - 1} lines";
        }
    }

    [GeneratedRegex(@"^( {4}| {8})\{$")]
    private static partial Regex Opening();

    // The last line of a member's head ends with its parameters, never with a word of control flow before them.
    [GeneratedRegex(@"^(?!\s*(namespace|if|else|for|foreach|while|switch|using|lock|do|try)\b).*\)( where .*)?$")]
    private static partial Regex Head();
}
