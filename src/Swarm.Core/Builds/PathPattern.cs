using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Swarm.Core.Builds;

/// <summary>Wildcards in paths, as Go matches them: <c>*</c> and <c>?</c> stop at slashes, and there are classes.
/// </summary>
/// <remarks>https://pkg.go.dev/path/filepath#Match</remarks>
public sealed class PathPattern
{
    /// <summary>No pattern of a person takes that long for one path.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>That of a path in Linux.</summary>
    private const int LongestPattern = 4096;

    private readonly Regex _form;

    private PathPattern(Regex form) => _form = form;

    /// <summary>Whether a path is a pattern.</summary>
    public static bool HasWildcards(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.AsSpan().ContainsAny('*', '?', '[');
    }

    /// <param name="acrossFolders">Whether <c>**</c> stands for any number of folders, as in <c>.dockerignore</c>.
    /// </param>
    /// <exception cref="DockerfileException">It is no pattern.</exception>
    public static PathPattern Parse(string pattern, bool acrossFolders = false)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if (pattern.Length > LongestPattern)
            throw new DockerfileException($"a pattern is longer than {LongestPattern} characters: {pattern[..80]}...");
        var form = new StringBuilder(@"\A");
        for (var at = 0; at < pattern.Length;)
        {
            switch (pattern[at])
            {
                case '*' when acrossFolders && at + 1 < pattern.Length && pattern[at + 1] == '*':
                    at = AddFolders(form, pattern, at + 2);
                    break;
                case '*':
                    form.Append("[^/]*");
                    at++;
                    break;
                case '?':
                    form.Append("[^/]");
                    at++;
                    break;
                case '[':
                    at = AddClass(form, pattern, at + 1);
                    break;
                case '\\':
                    if (at + 1 == pattern.Length) throw Bad(pattern);
                    form.Append(Regex.Escape(pattern[at + 1].ToString()));
                    at += 2;
                    break;
                case var c:
                    form.Append(Regex.Escape(c.ToString()));
                    at++;
                    break;
            }
        }

        form.Append(@"\z");
        try
        {
            return new PathPattern(new Regex(
                form.ToString(), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Patience));
        }
        catch (NotSupportedException)
        {
            throw new DockerfileException(
                $"a pattern has too many wildcards: {pattern[..Math.Min(pattern.Length, 80)]}...");
        }
    }

    public bool IsMatch(string path) => _form.IsMatch(path);

    private static int AddFolders(StringBuilder form, string pattern, int at)
    {
        if (at < pattern.Length && pattern[at] == '/') at++;
        form.Append(at == pattern.Length ? ".*" : "(?:.*/)?");
        return at;
    }

    private static int AddClass(StringBuilder form, string pattern, int at)
    {
        form.Append('[');
        if (at < pattern.Length && pattern[at] == '^')
        {
            form.Append('^');
            at++;
        }

        for (var count = 0; ; count++)
        {
            if (at < pattern.Length && pattern[at] == ']' && count > 0) break;
            var low = ReadOfClass(pattern, ref at);
            var high = low;
            if (at < pattern.Length && pattern[at] == '-')
            {
                at++;
                high = ReadOfClass(pattern, ref at);
            }

            if (low > high) throw Bad(pattern);
            form.Append(CultureInfo.InvariantCulture, $@"\u{(int)low:x4}-\u{(int)high:x4}");
        }

        form.Append(']');
        return at + 1;
    }

    private static char ReadOfClass(string pattern, ref int at)
    {
        if (at >= pattern.Length || pattern[at] is '-' or ']') throw Bad(pattern);
        if (pattern[at] == '\\') at++;
        return at < pattern.Length ? pattern[at++] : throw Bad(pattern);
    }

    private static DockerfileException Bad(string pattern) => new($"syntax error in pattern {pattern}");
}
