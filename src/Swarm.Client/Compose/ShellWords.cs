using System.Collections.Immutable;
using System.Text;

namespace Swarm.Client.Compose;

/// <summary>Splits a command line into words as a shell does, without running anything.</summary>
/// <remarks>Quoting of POSIX:
/// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02</remarks>
internal static class ShellWords
{
    /// <returns>Null when a quote is never closed.</returns>
    public static ImmutableArray<string>? Split(string line)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        var inWord = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c is ' ' or '\t' or '\n' or '\r')
            {
                if (inWord) words.Add(word.ToString());
                word.Clear();
                inWord = false;
                continue;
            }

            inWord = true;
            switch (c)
            {
                case '\'':
                    var end = line.IndexOf('\'', i + 1);
                    if (end < 0) return null;
                    word.Append(line, i + 1, end - i - 1);
                    i = end;
                    break;
                case '"':
                    i = DoubleQuoted(line, i + 1, word);
                    if (i < 0) return null;
                    break;
                case '\\' when i + 1 < line.Length:
                    if (line[++i] != '\n') word.Append(line[i]);
                    break;
                default:
                    word.Append(c);
                    break;
            }
        }

        if (inWord) words.Add(word.ToString());
        return words.ToImmutable();
    }

    private static int DoubleQuoted(string line, int start, StringBuilder word)
    {
        for (var i = start; i < line.Length; i++)
        {
            if (line[i] == '"') return i;
            if (line[i] == '\\' && i + 1 < line.Length && line[i + 1] is '"' or '\\' or '$' or '`') i++;
            word.Append(line[i]);
        }

        return -1;
    }
}
