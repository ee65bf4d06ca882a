using System.Text;
using System.Text.RegularExpressions;

namespace Swarm.Core.Builds;

/// <summary>A pattern as a shell has them: <c>*</c> is anything, <c>?</c> one character, and what stands behind an
/// escape is itself.</summary>
/// <remarks>https://docs.docker.com/reference/dockerfile/#environment-replacement</remarks>
internal sealed class ShellPattern
{
    /// <summary>Characters that a replacement may make.</summary>
    private const int LengthMax = 1 << 24;

    private const RegexOptions Options =
        RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant;

    private readonly List<string> _parts = [];

    public ShellPattern(string text, char escape)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == escape && at + 1 < text.Length) _parts.Add(Regex.Escape(text[++at].ToString()));
            else if (text[at] is '*' or '?') _parts.Add(text[at] == '*' ? ".*" : ".");
            else _parts.Add(Regex.Escape(text[at].ToString()));
        }
    }

    /// <summary>Without the shortest or longest beginning that is like it.</summary>
    public string TrimStart(string value, bool isLongest) => value[MatchStart(_parts, value, isLongest)..];

    /// <summary>Without the shortest or longest end that is like it.</summary>
    public string TrimEnd(string value, bool isLongest) =>
        value[..^MatchStart(Enumerable.Reverse(_parts), Reverse(value), isLongest)];

    /// <summary>With something else in the place of the first or of each longest part that is like it.</summary>
    /// <exception cref="DockerfileException">That would be too much.</exception>
    public string Replace(string value, string other, bool isEach)
    {
        if (_parts.Count == 0) return value;
        var length = (long)value.Length;
        return new Regex(string.Concat(_parts), Options).Replace(value, _ => Counted(), isEach ? -1 : 1);

        string Counted() => (length += other.Length) <= LengthMax
            ? other
            : throw new DockerfileException($"a substitution makes more than {LengthMax} characters");
    }

    /// <returns>How many characters.</returns>
    private static int MatchStart(IEnumerable<string> parts, string value, bool isLongest)
    {
        var pattern = new StringBuilder("\\A");
        foreach (var part in parts) pattern.Append(part == ".*" && !isLongest ? ".*?" : part);
        return new Regex(pattern.ToString(), Options).Match(value).Length;
    }

    private static string Reverse(string value) => string.Create(value.Length, value, (span, text) =>
    {
        text.CopyTo(span);
        span.Reverse();
    });
}
