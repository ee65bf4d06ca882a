using YamlDotNet.Core;

namespace Swarm.Client.Compose.Yaml;

/// <summary>Tells why a text is no YAML, at the place that is to be changed.</summary>
/// <remarks>The parser names the value before a tab, or no place at all; people look for the tab.</remarks>
internal static class YamlFaults
{
    /// <param name="near">Where the parser was: the fault is there or below.</param>
    public static void Tell(string text, Position near, string said, ComposeErrors errors)
    {
        var meansTab = said.Contains("tab", StringComparison.Ordinal);
        if (TabBelow(text, near) is { } tab && (meansTab || IsReadable(WithoutTabs(text))))
            errors.Add(tab, "not valid YAML: a tab in the indentation; YAML takes spaces only");
        else errors.Add(near, "not valid YAML: " + said);
    }

    /// <summary>The first tab from the line on that stands before anything else of its line.</summary>
    private static Position? TabBelow(string text, Position near)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var tab = line[..Indentation(line)].IndexOf('\t');
            var isBlank = Indentation(line) == line.Length;
            if (number >= near.Line && tab >= 0 && !isBlank) return new Position(number, tab + 1);
        }

        return null;
    }

    private static int Indentation(ReadOnlySpan<char> line) =>
        line.IndexOfAnyExcept(' ', '\t') is var end && end >= 0 ? end : line.Length;

    private static string WithoutTabs(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var end = Indentation(lines[i]);
            lines[i] = string.Concat(lines[i][..end].Replace("\t", "    ", StringComparison.Ordinal), lines[i][end..]);
        }

        return string.Join('\n', lines);
    }

    private static bool IsReadable(string text)
    {
        try
        {
            var parser = new Parser(new StringReader(text));
            while (parser.MoveNext())
            {
            }

            return true;
        }
        catch (YamlException)
        {
            return false;
        }
        catch (Exception broken)
            when (broken is InvalidOperationException or ArgumentException or IndexOutOfRangeException
            or OverflowException or FormatException)
        {
            return false;
        }
    }
}
