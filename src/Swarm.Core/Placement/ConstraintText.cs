using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Swarm.Core.Placement;

/// <summary>Reads one constraint of placement.</summary>
/// <remarks>
/// <c>ATTRIBUTE == VALUE</c>, <c>!= VALUE</c>, <c>in (VALUE, ...)</c>, <c>not in (VALUE, ...)</c>,
/// <c>&lt; NUMBER</c>, <c>&lt;=</c>, <c>&gt;</c>, <c>&gt;=</c>, <c>matches PATTERN</c>, <c>exists</c>,
/// <c>not exists</c>. What is wrong is said with the text and the place in it.
/// </remarks>
public sealed class ConstraintText
{
    private const int MaxPattern = 256;

    private readonly string _text;
    private int _at;
    private string? _problem;

    private ConstraintText(string text) => _text = text;

    /// <summary>What is wrong with the constraint, naming it and the place; null when nothing is.</summary>
    public static string? Problem(string text) => TryRead(text, out _, out var problem) ? null : problem;

    internal static bool TryRead(
        string text, [NotNullWhen(true)] out PlacementConstraint? constraint, [NotNullWhen(false)] out string? problem)
    {
        var reader = new ConstraintText(text);
        constraint = reader.Read();
        problem = constraint is null ? reader._problem ?? "" : null;
        return constraint is not null;
    }

    private PlacementConstraint? Read()
    {
        Skip();
        var start = _at;
        while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]) && !"=!<>(),".Contains(_text[_at])) _at++;
        var name = _text[start.._at];
        if (!NodeAttribute.Exists(name)) return Wrong(start, $"'{name}' is none of {NodeAttribute.All}");

        Skip();
        var at = _at;
        return Symbol() switch
        {
            "==" => Value(name, "=="),
            "!=" => Value(name, "!="),
            { } compare => Number(name, compare, at),
            null => Word().ToUpperInvariant() switch
            {
                "IN" => Values(name, not: false),
                "EXISTS" => Existence(name, not: false),
                "MATCHES" => Pattern(name),
                "NOT" => Negated(name),
                _ => Wrong(at, "expected ==, !=, <, <=, >, >=, in, not in, matches, exists or not exists"),
            },
        };
    }

    private PlacementConstraint? Negated(string name)
    {
        Skip();
        var at = _at;
        return Word().ToUpperInvariant() switch
        {
            "IN" => Values(name, not: true),
            "EXISTS" => Existence(name, not: true),
            _ => Wrong(at, "expected in or exists after not"),
        };
    }

    private PlacementConstraint.OneOf? Value(string name, string sign)
    {
        Skip();
        var value = _text[_at..].TrimEnd();
        if (value.Length == 0) return Wrong<PlacementConstraint.OneOf>(_at, "nothing to compare with");
        return new PlacementConstraint.OneOf(name + sign + value, name, [Known(name, value)], sign == "!=");
    }

    private PlacementConstraint.Compared? Number(string name, string sign, int at)
    {
        if (!NodeAttribute.IsLabel(name)) return Wrong<PlacementConstraint.Compared>(at, "only labels can be numbers");
        Skip();
        var text = _text[_at..].TrimEnd();
        return decimal.TryParse(text, PlacementConstraint.Compared.Style, CultureInfo.InvariantCulture, out var number)
            ? new PlacementConstraint.Compared(name + sign + text, name, sign[0] == '<', sign.Length == 2, number)
            : Wrong<PlacementConstraint.Compared>(
                _at, text.Length == 0 ? "expected a number" : $"'{text}' is no number");
    }

    private PlacementConstraint.OneOf? Values(string name, bool not)
    {
        Skip();
        if (Next() != '(') return Wrong<PlacementConstraint.OneOf>(_at, "expected (");
        var values = ImmutableArray.CreateBuilder<string>();
        do
        {
            _at++;
            var start = _at;
            while (_at < _text.Length && !"(),".Contains(_text[_at])) _at++;
            var value = _text[start.._at].Trim();
            if (value.Length == 0) return Wrong<PlacementConstraint.OneOf>(start, "expected a value");
            values.Add(value);
        }
        while (Next() == ',');

        if (Next() != ')') return Wrong<PlacementConstraint.OneOf>(_at, "expected , or )");
        _at++;
        if (!AtEnd()) return Wrong<PlacementConstraint.OneOf>(_at, "expected nothing after )");
        var said = $"{name} {(not ? "not in" : "in")} ({string.Join(", ", values)})";
        return new PlacementConstraint.OneOf(said, name, [.. values.Select(value => Known(name, value))], not);
    }

    private PlacementConstraint.Exists? Existence(string name, bool not) => AtEnd()
        ? new PlacementConstraint.Exists($"{name} {(not ? "not exists" : "exists")}", name, not)
        : Wrong<PlacementConstraint.Exists>(_at, "expected nothing after exists");

    // Without backtracking the time is linear in the value, whatever the pattern; what such a matcher cannot do
    // (back references, looking around, huge repetitions) is refused here.
    private PlacementConstraint.Matching? Pattern(string name)
    {
        Skip();
        var pattern = _text[_at..].TrimEnd();
        if (pattern.Length is 0 or > MaxPattern)
        {
            var what = pattern.Length == 0 ? "expected a pattern" : $"a pattern has at most {MaxPattern} characters";
            return Wrong<PlacementConstraint.Matching>(_at, what);
        }

        const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
        try
        {
            _ = new Regex(pattern, Options);
            return new PlacementConstraint.Matching(
                $"{name} matches {pattern}", name, new Regex($@"\A(?:{pattern})\z", Options));
        }
        catch (Exception cause) when (cause is ArgumentException or NotSupportedException)
        {
            return Wrong<PlacementConstraint.Matching>(_at, $"the pattern cannot be used: {cause.Message}");
        }
    }

    private static string Known(string name, string value) =>
        name == NodeAttribute.Architecture ? NodeAttribute.KnownArchitecture(value) : value;

    private string? Symbol()
    {
        string[] symbols = ["==", "!=", "<=", ">=", "<", ">"];
        var symbol = Array.Find(symbols, one => string.CompareOrdinal(_text, _at, one, 0, one.Length) == 0);
        _at += symbol?.Length ?? 0;
        return symbol;
    }

    private string Word()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiLetter(_text[_at])) _at++;
        return _text[start.._at];
    }

    private char? Next() => _at < _text.Length ? _text[_at] : null;

    private void Skip()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }

    private bool AtEnd()
    {
        Skip();
        return _at == _text.Length;
    }

    private PlacementConstraint? Wrong(int at, string what) => Wrong<PlacementConstraint>(at, what);

    private T? Wrong<T>(int at, string what) where T : PlacementConstraint
    {
        _problem = string.Create(CultureInfo.InvariantCulture, $"constraint '{_text}', character {at + 1}: {what}");
        return null;
    }
}
