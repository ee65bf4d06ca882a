using System.Collections.Immutable;
using System.Text;

namespace Swarm.Core.Builds;

/// <summary>Reads one text with its quotes, escapes and variables.</summary>
internal sealed class WordReader(string text, char escape, Func<string, string?> find)
{
    /// <summary>Braces within braces; nobody writes more.</summary>
    private const int DepthMax = 64;

    private readonly StringBuilder _whole = new();
    private readonly StringBuilder _word = new();
    private readonly ImmutableArray<string>.Builder _words = ImmutableArray.CreateBuilder<string>();
    private bool _isWord;
    private int _at;

    private bool IsAtEnd => _at >= text.Length;

    public (string Whole, ImmutableArray<string> Words) ReadAll()
    {
        while (!IsAtEnd) ReadNext();
        EndWord();
        return (_whole.ToString(), _words.ToImmutable());
    }

    private void ReadNext()
    {
        var c = text[_at];
        switch (c)
        {
            case '\'': ReadSingleQuoted(); break;
            case '"': ReadDoubleQuoted(); break;
            case '$': AddParted(ReadVariable(0)); break;
            default:
                _at++;
                if (c == escape)
                {
                    if (!IsAtEnd) Add(text[_at++]); // at the end it stands for nothing
                }
                else if (char.IsWhiteSpace(c))
                {
                    EndWord();
                    _whole.Append(c);
                }
                else
                {
                    Add(c);
                }

                break;
        }
    }

    private void ReadSingleQuoted()
    {
        var end = text.IndexOf('\'', _at + 1);
        if (end < 0) throw Unended("single-quote");
        Add(text.AsSpan(_at + 1, end - _at - 1));
        _at = end + 1;
    }

    private void ReadDoubleQuoted()
    {
        _at++;
        _isWord = true;
        while (true)
        {
            if (IsAtEnd) throw Unended("double-quote");
            var c = text[_at];
            if (c == '"')
            {
                _at++;
                return;
            }

            if (c == '$')
            {
                Add(ReadVariable(0));
                continue;
            }

            _at++;
            if (c == escape)
            {
                if (IsAtEnd) throw Unended("double-quote");
                var next = text[_at++];
                if (next != '"' && next != '$' && next != escape) Add(c);
                c = next;
            }

            Add(c);
        }
    }

    /// <summary>A dollar sign, and what follows it.</summary>
    private string ReadVariable(int depth)
    {
        _at++;
        if (IsAtEnd) return "$";
        if (text[_at] != '{') return ReadName() is { Length: > 0 } plain ? find(plain) ?? "" : "$";
        if (depth > DepthMax) throw new DockerfileException($"substitutions within each other deeper than {DepthMax}");
        _at++;
        var name = ReadName();
        if (IsAtEnd) throw new DockerfileException("syntax error: missing '}'");
        if (text[_at] == '}' && name.Length > 0)
        {
            _at++;
            return find(name) ?? "";
        }

        if (name.Length == 0) throw new DockerfileException("syntax error: bad substitution");
        switch (text[_at])
        {
            case '#' or '%': return ReadTrimmed(find(name) ?? "", text[_at++], depth + 1);
            case '/': return ReadReplaced(find(name) ?? "", depth + 1);
            default: return ReadOther(name, depth + 1);
        }
    }

    /// <summary>What stands for a variable that is set, or is not.</summary>
    private string ReadOther(string name, int depth)
    {
        var ofEmpty = text[_at] == ':';
        if (ofEmpty) _at++;
        if (IsAtEnd) throw new DockerfileException("syntax error: missing '}'");
        var modifier = text[_at++];
        if (modifier is not ('-' or '+' or '?'))
            throw new DockerfileException($"unsupported modifier ({(ofEmpty ? ":" : "")}{modifier}) in substitution");
        var other = ReadUntil('}', depth);
        var value = find(name);
        var isSet = value is not null && !(ofEmpty && value.Length == 0);
        return modifier switch
        {
            '-' => isSet ? value! : other,
            '+' => isSet ? other : "",
            _ when isSet => value!,
            _ => throw new DockerfileException(
                $"{name}: {(other.Length > 0 ? other : $"not allowed to be {(ofEmpty ? "empty" : "unset")}")}"),
        };
    }

    /// <summary>A value without its beginning (<c>#</c>) or end (<c>%</c>); written twice, the longest one.</summary>
    private string ReadTrimmed(string value, char side, int depth)
    {
        var isLongest = !IsAtEnd && text[_at] == side;
        if (isLongest) _at++;
        var pattern = new ShellPattern(ReadUntil('}', depth, keepsEscapes: true), escape);
        return side == '#' ? pattern.TrimStart(value, isLongest) : pattern.TrimEnd(value, isLongest);
    }

    /// <summary>A value with something else in the place of a part, or of each where the slash is written twice.
    /// </summary>
    private string ReadReplaced(string value, int depth)
    {
        _at++;
        var isEach = !IsAtEnd && text[_at] == '/';
        if (isEach) _at++;
        var pattern = new ShellPattern(ReadUntil('/', depth, keepsEscapes: true), escape);
        return pattern.Replace(value, ReadUntil('}', depth), isEach);
    }

    private string ReadUntil(char stop, int depth, bool keepsEscapes = false)
    {
        var value = new StringBuilder();
        while (!IsAtEnd)
        {
            var c = text[_at];
            switch (c)
            {
                case var _ when c == stop:
                    _at++;
                    return value.ToString();
                case '$':
                    value.Append(ReadVariable(depth));
                    break;
                case '\'' or '"':
                    var end = text.IndexOf(c, _at + 1);
                    if (end < 0) throw Unended(c == '"' ? "double-quote" : "single-quote");
                    value.Append(text.AsSpan(_at + 1, end - _at - 1));
                    _at = end + 1;
                    break;
                default:
                    _at++;
                    if (c == escape && !IsAtEnd)
                    {
                        if (keepsEscapes) value.Append(c);
                        c = text[_at++];
                    }

                    value.Append(c);
                    break;
            }
        }

        throw new DockerfileException($"syntax error: missing '{stop}'");
    }

    private string ReadName()
    {
        var from = _at;
        if (!IsAtEnd && (char.IsAsciiDigit(text[_at]) || text[_at] is '@' or '*' or '#' or '?' or '!'))
        {
            // Of a shell's own, and never set here.
            while (!IsAtEnd && char.IsAsciiDigit(text[_at])) _at++;
            if (_at == from) _at++;
            return text[from.._at];
        }

        while (!IsAtEnd && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_')) _at++;
        return text[from.._at];
    }

    private void Add(char c) => Add([c]);

    private void Add(ReadOnlySpan<char> part)
    {
        _whole.Append(part);
        _word.Append(part);
        _isWord = true;
    }

    /// <summary>What came from a variable outside of quotes is parted as if it were written there.</summary>
    private void AddParted(string value)
    {
        _whole.Append(value);
        foreach (var c in value)
        {
            if (char.IsWhiteSpace(c))
            {
                EndWord();
                continue;
            }

            _word.Append(c);
            _isWord = true;
        }
    }

    private void EndWord()
    {
        if (_isWord) _words.Add(_word.ToString());
        _word.Clear();
        _isWord = false;
    }

    private static DockerfileException Unended(string quote) =>
        new($"unexpected end of statement while looking for matching {quote}");
}
