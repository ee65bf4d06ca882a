using System.Text;
using Swarm.Client.Compose.Yaml;

namespace Swarm.Client.Compose;

/// <summary>Files of <c>NAME=value</c> lines: <c>.env</c> and what <c>env_file</c> names.</summary>
/// <remarks>Comments, <c>export</c>, quotes and variables as
/// https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/ has them.</remarks>
internal static class EnvironmentFile
{
    /// <param name="environment">Variables that values may use, beside those of earlier lines.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(
        string text, string file, IReadOnlyDictionary<string, string> environment, ComposeErrors errors)
    {
        var known = new Dictionary<string, string>(environment, StringComparer.Ordinal);
        var interpolation = new Interpolation(known, errors);
        var result = new List<KeyValuePair<string, string>>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim().TrimStart('\uFEFF');
            if (line.Length == 0 || line[0] == '#') continue;
            if (line.StartsWith("export ", StringComparison.Ordinal)) line = line["export ".Length..].TrimStart();
            var at = new Position(number, 1, file);
            var split = line.IndexOf('=', StringComparison.Ordinal);
            var name = split < 0 ? line : line[..split].TrimEnd();
            if (name.Length == 0 || name.Any(c => char.IsWhiteSpace(c) || c == '\0'))
            {
                errors.Add(at, $"'{name}' is not the name of a variable");
                continue;
            }

            var value = split < 0
                ? environment.GetValueOrDefault(name)
                : Unquote(line[(split + 1)..].Trim(), at, interpolation, errors);
            if (value is null) continue;
            known[name] = value;
            result.Add(KeyValuePair.Create(name, value));
        }

        return result;
    }

    private static string? Unquote(string value, Position at, Interpolation interpolation, ComposeErrors errors)
    {
        if (value.Length > 0 && value[0] is '\'' or '"')
        {
            var end = ClosingQuote(value);
            var after = end < 0 ? "" : value[(end + 1)..].TrimStart();
            if (end < 0 || (after.Length > 0 && after[0] != '#'))
            {
                errors.Add(
                    at, end < 0 ? "a quote that is not closed on its line" : "something follows the closing quote");
                return null;
            }

            return value[0] == '\'' ? value[1..end] : Fill(Unescape(value[1..end]), at, interpolation);
        }

        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        return Fill(comment < 0 ? value : value[..comment].TrimEnd(), at, interpolation);
    }

    private static string Fill(string value, Position at, Interpolation interpolation) =>
        interpolation.FillIn(new YamlText(at, value, IsPlain: true)).Text;

    private static int ClosingQuote(string value)
    {
        for (var i = 1; i < value.Length; i++)
        {
            if (value[0] == '"' && value[i] == '\\') i++;
            else if (value[i] == value[0]) return i;
        }

        return -1;
    }

    private static string Unescape(string value)
    {
        var result = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\' || i + 1 == value.Length)
            {
                result.Append(value[i]);
                continue;
            }

            result.Append(value[++i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
        }

        return result.ToString();
    }
}
