using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Swarm.Core.Builds;

/// <summary>Takes what follows an instruction apart: flags, words, JSON lists.</summary>
internal static class InstructionWords
{
    /// <summary>The words at the beginning that begin with <c>--</c>, without that and without quotes.</summary>
    public static (ImmutableArray<string> Flags, string Left) TakeFlags(string text, char escape)
    {
        var flags = ImmutableArray.CreateBuilder<string>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
            if (!text.AsSpan(at).StartsWith("--")) break;
            var end = EndOfWord(text, at, escape);
            var word = Unquote(text.AsSpan(at, end - at), escape);
            at = end;
            if (word == "--") break;
            flags.Add(word[2..]);
        }

        return (flags.ToImmutable(), text[at..]);
    }

    /// <summary>Parted by white space that is in no quotes; quotes and escapes stay.</summary>
    public static ImmutableArray<string> Split(string text, char escape)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        for (var at = 0; ;)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
            if (at == text.Length) return words.ToImmutable();
            var end = EndOfWord(text, at, escape);
            words.Add(text[at..end]);
            at = end;
        }
    }

    /// <summary>Parted by any white space.</summary>
    public static ImmutableArray<string> SplitPlainly(string text) =>
        [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];

    /// <returns>Null when it is no JSON list.</returns>
    /// <exception cref="DockerfileException">It is one, and not of strings, or no program could be given one of them.
    /// </exception>
    public static ImmutableArray<string>? TryJson(DockerfileLine line, string text)
    {
        if (!text.TrimStart().StartsWith('[')) return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            var items = ImmutableArray.CreateBuilder<string>();
            foreach (var item in document.RootElement.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.String)
                    throw line.Wrong("only string type is allowed in JSON format arrays");
                items.Add(item.GetString()!);
                if (items[^1].Contains('\0')) throw line.Wrong(DockerfileLines.HasZero);
            }

            return items.ToImmutable();
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException)
        {
            return null; // then it is a command line that begins with a bracket
        }
    }

    /// <summary>Pairs of <c>name=value</c>, or the old way: one name, and all that follows it.</summary>
    public static ImmutableArray<NamedValue> Pairs(DockerfileLine line)
    {
        var words = Split(line.Rest, line.Escape);
        if (words.IsEmpty) throw line.Wrong($"{line.Word} requires at least one argument");
        if (!words[0].Contains('=', StringComparison.Ordinal))
        {
            var length = line.Rest.AsSpan().IndexOfAny(" \t\v\f\r");
            return length < 0
                ? throw line.Wrong($"{line.Word} must have two arguments")
                : [new NamedValue(line.Rest[..length], line.Rest[length..].Trim())];
        }

        return [.. words.Select(word => Pair(line, word))];
    }

    private static NamedValue Pair(DockerfileLine line, string word)
    {
        var at = word.IndexOf('=', StringComparison.Ordinal);
        if (at < 0)
            throw line.Wrong($"Syntax error - can't find = in \"{word}\". Must be of the form: name=value");
        return at > 0
            ? new NamedValue(word[..at], word[(at + 1)..])
            : throw line.Wrong($"{line.Word} names can not be blank");
    }

    private static int EndOfWord(string text, int at, char escape)
    {
        var quote = '\0';
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (quote == '\0' && char.IsWhiteSpace(c)) return at;
            if (c == escape && quote != '\'') at++;
            else if (quote == '\0' && c is '\'' or '"') quote = c;
            else if (c == quote) quote = '\0';
        }

        return text.Length;
    }

    private static string Unquote(ReadOnlySpan<char> word, char escape)
    {
        var plain = new StringBuilder(word.Length);
        var quote = '\0';
        for (var at = 0; at < word.Length; at++)
        {
            var c = word[at];
            if (c == escape && quote != '\'' && at + 1 < word.Length) plain.Append(word[++at]);
            else if (quote == '\0' && c is '\'' or '"') quote = c;
            else if (c == quote) quote = '\0';
            else plain.Append(c);
        }

        return plain.ToString();
    }
}
