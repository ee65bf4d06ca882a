using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Swarm.Core.Builds;

/// <summary>Finds the instructions of a Dockerfile: comments left out, continued lines joined.</summary>
/// <remarks>https://docs.docker.com/reference/dockerfile/#format</remarks>
internal static partial class DockerfileLines
{
    public const string HasZero = "a zero byte cannot be part of an instruction";

    private const char DefaultEscape = '\\';

    /// <exception cref="DockerfileException">A directive is wrong, or there is no instruction.</exception>
    public static (char Escape, ImmutableArray<DockerfileLine> Lines) Read(string text)
    {
        var lines = text.TrimStart('\uFEFF').Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        var escape = ReadDirectives(lines);
        var found = ImmutableArray.CreateBuilder<DockerfileLine>();
        for (var at = 0; at < lines.Count;)
        {
            var number = at + 1;
            var joined = Join(lines, ref at, escape);
            if (joined.Length > 0) found.Add(Parse(number, joined, escape));
        }

        return found.Count == 0
            ? throw new DockerfileException("file with no instructions")
            : (escape, found.ToImmutable());
    }

    /// <summary>One instruction that stands alone.</summary>
    public static DockerfileLine Parse(int number, string text, char escape)
    {
        text = text.Trim();
        if (text.Contains('\0')) throw DockerfileException.At(number, HasZero);
        var length = text.AsSpan().IndexOfAny(" \t\v\f\r");
        var (word, rest) = length < 0 ? (text, "") : (text[..length], text[length..]);
        var (flags, arguments) = InstructionWords.TakeFlags(rest, escape);
        return new DockerfileLine(number, text, word.ToUpperInvariant(), flags, arguments.Trim(), escape);
    }

    private static char ReadDirectives(List<string> lines)
    {
        char? escape = null;
        HashSet<string> seen = [];
        for (var at = 0; at < lines.Count && Directive().Match(lines[at]) is { Success: true } directive; at++)
        {
            var (name, value) = (directive.Groups[1].Value.ToLowerInvariant(), directive.Groups[2].Value);
            if (name is not ("escape" or "syntax" or "check")) break;
            if (!seen.Add(name))
                throw DockerfileException.At(at + 1, $"only one {name} parser directive can be used");
            if (name != "escape") continue;
            escape = value is "\\" or "`"
                ? value[0]
                : throw DockerfileException.At(at + 1, $"invalid ESCAPE '{value}'. Must be ` or \\");
        }

        return escape ?? DefaultEscape;
    }

    /// <summary>Takes the lines of one instruction; nothing where there is only a comment or a blank.</summary>
    private static string Join(List<string> lines, ref int at, char escape)
    {
        var line = lines[at++].TrimStart();
        if (line.StartsWith('#')) return "";
        var (content, goesOn) = TakeContinuation(line, escape);
        if (!goesOn) return content.Trim();

        var joined = new StringBuilder(content);
        while (goesOn && at < lines.Count)
        {
            line = lines[at++];
            if (line.Trim().Length == 0 || line.TrimStart().StartsWith('#')) continue;
            (content, goesOn) = TakeContinuation(line, escape);
            joined.Append(content);
        }

        return joined.ToString().Trim();
    }

    private static (string Content, bool GoesOn) TakeContinuation(string line, char escape)
    {
        var end = line.AsSpan().TrimEnd(" \t");
        return end is [.., var last] && last == escape && (end.Length == 1 || end[^2] != escape)
            ? (end[..^1].ToString(), true)
            : (line, false);
    }

    [GeneratedRegex(@"^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$")]
    private static partial Regex Directive();
}
