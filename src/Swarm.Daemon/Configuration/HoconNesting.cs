namespace Swarm.Daemon.Configuration;

/// <summary>Whether what is opened in a HOCON text is closed again.</summary>
/// <remarks>Akka's parser never comes back from a list that is not closed: it is not to see one.</remarks>
internal static class HoconNesting
{
    /// <returns>What is wrong and on which line; null when nothing is.</returns>
    public static string? FindFault(string hocon)
    {
        Stack<(char Opened, int Line)> open = [];
        var line = 1;
        for (var at = 0; at < hocon.Length; at++)
        {
            switch (hocon[at])
            {
                case '\n': line++; break;
                case '#': at = EndOfLine(hocon, at); break;
                case '/' when at + 1 < hocon.Length && hocon[at + 1] == '/': at = EndOfLine(hocon, at); break;
                case '"':
                    var end = EndOfText(hocon, at);
                    if (end < 0) return $"line {line}: a text in quotes has no end";
                    line += hocon.AsSpan(at, end - at).Count('\n');
                    at = end;
                    break;
                case '{' or '[': open.Push((hocon[at], line)); break;
                case '}' or ']':
                    var opening = hocon[at] == '}' ? '{' : '[';
                    if (open.Count == 0) return $"line {line}: '{hocon[at]}' closes nothing";
                    var (opened, openedLine) = open.Pop();
                    if (opened != opening)
                        return $"line {line}: '{hocon[at]}' where '{opened}' of line {openedLine} is open";
                    break;
            }
        }

        return open.Count == 0 ? null : $"line {open.Peek().Line}: '{open.Peek().Opened}' is not closed";
    }

    /// <summary>The last character before the line's end.</summary>
    private static int EndOfLine(string hocon, int at) =>
        hocon.IndexOf('\n', at) is var end and >= 0 ? end - 1 : hocon.Length - 1;

    /// <returns>Where the closing quote stands; -1 when there is none.</returns>
    private static int EndOfText(string hocon, int at)
    {
        const string Triple = "\"\"\"";
        if (string.CompareOrdinal(hocon, at, Triple, 0, Triple.Length) == 0)
        {
            var end = hocon.IndexOf(Triple, at + Triple.Length, StringComparison.Ordinal);
            return end < 0 ? -1 : end + Triple.Length - 1;
        }

        for (at++; at < hocon.Length && hocon[at] != '"'; at++)
        {
            if (hocon[at] == '\n') return -1;
            if (hocon[at] == '\\') at++;
        }

        return at < hocon.Length ? at : -1;
    }
}
