using System.Collections.Immutable;
using System.Text;

namespace Swarm.Images.Registry;

/// <summary>How a registry wants to be told who asks: one challenge of <c>WWW-Authenticate</c>.</summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1</remarks>
internal sealed record AuthChallenge(string Scheme, ImmutableSortedDictionary<string, string> Parameters)
{
    public string this[string name] => Parameters.GetValueOrDefault(name, "");

    public bool IsBearer => Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase);

    public bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    /// <summary>Of several, the one with tokens; null where there is none that is understood.</summary>
    public static AuthChallenge? Choose(IEnumerable<string> headers)
    {
        var known = headers.Select(Read).OfType<AuthChallenge>().ToList();
        return known.Find(one => one.IsBearer) ?? known.Find(one => one.IsBasic);
    }

    /// <returns>Null when it has no scheme.</returns>
    public static AuthChallenge? Read(string header)
    {
        var text = header.Trim();
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var scheme = space < 0 ? text : text[..space];
        if (scheme.Length == 0 || scheme.Contains('=', StringComparison.Ordinal)) return null;

        var parameters = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var at = scheme.Length; at < text.Length;)
        {
            if (text[at] is ' ' or ',')
            {
                at++;
                continue;
            }

            var equals = text.IndexOf('=', at);
            if (equals < 0) break;
            var name = text[at..equals].Trim();
            (parameters[name], at) = ReadValue(text, equals + 1);
        }

        return new AuthChallenge(scheme, parameters.ToImmutable());
    }

    private static (string Value, int End) ReadValue(string text, int at)
    {
        if (at >= text.Length || text[at] != '"')
        {
            var end = text.IndexOf(',', at);
            return end < 0 ? (text[at..].Trim(), text.Length) : (text[at..end].Trim(), end);
        }

        var value = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            value.Append(text[at]);
        }

        return (value.ToString(), at + 1);
    }
}
