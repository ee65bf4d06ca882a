using System.Text;
using Swarm.Client.Compose.Yaml;

namespace Swarm.Client.Compose;

/// <summary>Fills variables in, as <c>${NAME:-default}</c>.</summary>
/// <remarks>The grammar: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md</remarks>
internal sealed class Interpolation(IReadOnlyDictionary<string, string> environment, ComposeErrors errors)
{
    private const int MaxNesting = 10;

    /// <remarks>A value that cannot be filled in is told of, and stays as it is.</remarks>
    public YamlText FillIn(YamlText text)
    {
        if (!text.Text.Contains('$', StringComparison.Ordinal)) return text;
        try
        {
            return text with { Text = Expand(text.Text, text.At, 0) };
        }
        catch (FormatException wrong)
        {
            errors.Add(text.At, wrong.Message);
            return text;
        }
    }

    private string Expand(string text, Position at, int nesting)
    {
        if (nesting > MaxNesting) throw new FormatException($"variables nested deeper than {MaxNesting} levels");
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var next = i + 1 < text.Length ? text[i + 1] : '\0';
            if (text[i] != '$')
            {
                result.Append(text[i++]);
            }
            else if (next == '$')
            {
                result.Append('$');
                i += 2;
            }
            else if (next == '{')
            {
                var end = EndOf(text, i + 2);
                result.Append(Braced(text[(i + 2)..end], at, nesting));
                i = end + 1;
            }
            else
            {
                var end = EndOfName(text, i + 1);
                if (end == i + 1) throw new FormatException(
                    $"'{text}': a '$' that starts no variable: write '$$' for the sign itself");
                result.Append(Value(text[(i + 1)..end], at));
                i = end;
            }

            if (result.Length > ComposeLimits.ValueCharacters)
            {
                throw new FormatException(
                    $"longer than {ComposeLimits.ValueCharacters} characters once its variables are filled in");
            }
        }

        return result.ToString();
    }

    private string Braced(string inside, Position at, int nesting)
    {
        var end = EndOfName(inside, 0);
        var name = inside[..end];
        var rest = inside[end..];
        if (end == 0) throw new FormatException($"'${{{inside}}}' is not a variable");
        if (rest.Length == 0) return Value(name, at);

        var isSet = environment.TryGetValue(name, out var value);
        var emptyCounts = rest[0] == ':';
        var has = isSet && !(emptyCounts && value!.Length == 0);
        var sign = emptyCounts ? rest.Skip(1).FirstOrDefault() : rest[0];
        var word = rest[(emptyCounts ? Math.Min(2, rest.Length) : 1)..];
        return sign switch
        {
            '-' => has ? value! : Expand(word, at, nesting + 1),
            '+' => has ? Expand(word, at, nesting + 1) : "",
            '?' => has ? value!
                : throw new FormatException(
                    $"the variable {name} must be set: {Expand(word, at, nesting + 1)}".TrimEnd(' ', ':')),
            _ => throw new FormatException(
                $"'${{{inside}}}' is not a variable: after the name comes one of :- - :? ? :+ +"),
        };
    }

    private string Value(string name, Position at)
    {
        if (environment.TryGetValue(name, out var value)) return value;
        errors.Warn(at, $"the variable {name} is not set; it stands for nothing");
        return "";
    }

    private static int EndOfName(string text, int start)
    {
        var i = start;
        while (i < text.Length
            && (char.IsAsciiLetter(text[i]) || text[i] == '_' || (i > start && char.IsAsciiDigit(text[i])))) i++;
        return i;
    }

    private static int EndOf(string text, int start)
    {
        var open = 1;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{') open++;
            else if (text[i] == '}' && --open == 0) return i;
        }

        throw new FormatException($"'{text}': a '${{' that is never closed");
    }
}
