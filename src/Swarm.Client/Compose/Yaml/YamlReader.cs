using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Swarm.Client.Compose.Yaml;

/// <summary>Reads a YAML file into values that know their places.</summary>
/// <remarks>
/// From the parser's events and not its document model, so that depth and aliases are bounded while reading, and an
/// alias costs nothing until it is walked. Merge keys: https://yaml.org/type/merge.html
/// </remarks>
internal sealed class YamlReader(IParser parser, Func<YamlText, YamlText> fillIn, ComposeErrors errors)
{
    private readonly Dictionary<string, YamlValue> _anchors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private int _depth;

    /// <param name="fillIn">Fills the variables of a value in.</param>
    /// <exception cref="ComposeException">Not YAML, or more than the limits allow.</exception>
    public static YamlValue Read(string text, Func<YamlText, YamlText> fillIn, ComposeErrors errors)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            return new YamlReader(parser, fillIn, errors).ReadDocument();
        }
        catch (YamlException unreadable)
        {
            YamlFaults.Tell(text, At(unreadable.Start), unreadable.Message, errors);
        }
        catch (Exception broken)
            when (broken is InvalidOperationException or ArgumentException or IndexOutOfRangeException
            or OverflowException or FormatException)
        {
            // The scanner meets some malformed input with exceptions that carry no place.
            YamlFaults.Tell(text, After(parser), broken.Message, errors);
        }

        errors.ThrowIfAny();
        return new YamlText(new Position(1, 1), "", IsPlain: true);
    }

    /// <summary>Where what was read last ends: what cannot be read begins there or later.</summary>
    private static Position After(Parser parser) =>
        parser.Current is { } last ? At(last.End) : new Position(1, 1);

    private YamlValue ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _)) return new YamlText(new Position(1, 1), "", IsPlain: true);

        parser.Consume<DocumentStart>();
        var root = ReadValue();
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            errors.Add(At(second.Start), "a second document: a Compose file has one");

        return root;
    }

    private YamlValue ReadValue() =>
        parser.Consume<ParsingEvent>() switch
        {
            AnchorAlias alias => Follow(alias),
            Scalar scalar => Keep(scalar.Anchor, fillIn(TextOf(scalar))),
            SequenceStart list => ReadNested(list, ReadList),
            MappingStart map => ReadNested(map, ReadMap),
            var other => throw new YamlException(other.Start, other.End, "a value is missing here"),
        };

    private YamlValue ReadNested<TStart>(TStart start, Func<TStart, YamlValue> read) where TStart : NodeEvent
    {
        if (++_depth > ComposeLimits.Depth)
        {
            throw new YamlException(start.Start, start.End, $"nested deeper than {ComposeLimits.Depth} levels");
        }

        CheckTag(start);
        var anchor = start.Anchor;
        if (!anchor.IsEmpty) _open.Add(anchor.Value);
        var value = read(start);
        if (!anchor.IsEmpty) _open.Remove(anchor.Value);
        _depth--;
        if (value.Count > ComposeLimits.Values)
        {
            throw new YamlException(
                start.Start, start.End,
                $"more than {ComposeLimits.Values} values once aliases and merge keys are followed");
        }

        return Keep(anchor, value);
    }

    private YamlList ReadList(SequenceStart start)
    {
        var items = ImmutableArray.CreateBuilder<YamlValue>();
        while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadValue());
        return new YamlList(At(start.Start), items.ToImmutable());
    }

    private YamlMap ReadMap(MappingStart start)
    {
        var entries = new List<YamlEntry>();
        var merged = new List<YamlValue>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadKey();
            var value = ReadValue();
            if (key is { Text: "<<", IsPlain: true }) merged.Add(value);
            else if (names.Add(key.Text)) entries.Add(new YamlEntry(key, value));
            else errors.Add(key.At, $"the key '{key.Text}' is there twice");
        }

        foreach (var source in merged) Merge(source, entries, names);
        return new YamlMap(At(start.Start), [.. entries]);
    }

    private YamlText ReadKey()
    {
        if (!parser.TryConsume<Scalar>(out var key))
            throw new YamlException(parser.Current!.Start, parser.Current.End, "a key must be a word");

        var text = TextOf(key);
        Keep(key.Anchor, text);
        return text;
    }

    /// <remarks>What the mapping says itself wins, then the sources in their order.</remarks>
    private void Merge(YamlValue source, List<YamlEntry> entries, HashSet<string> names)
    {
        switch (source)
        {
            case YamlMap map:
                entries.AddRange(map.Entries.Where(entry => names.Add(entry.Key.Text)));
                break;
            case YamlList list when list.Items.All(item => item is YamlMap):
                foreach (var item in list.Items) Merge(item, entries, names);
                break;
            default:
                errors.Add(source.At, "a merge key (<<) takes a mapping or a list of mappings");
                break;
        }
    }

    private YamlValue Follow(AnchorAlias alias) =>
        _anchors.TryGetValue(alias.Value.Value, out var value) ? value
        : throw new YamlException(alias.Start, alias.End, _open.Contains(alias.Value.Value)
            ? $"the anchor '{alias.Value.Value}' would contain itself"
            : $"there is no anchor '{alias.Value.Value}' above");

    private YamlValue Keep(AnchorName anchor, YamlValue value)
    {
        if (!anchor.IsEmpty) _anchors[anchor.Value] = value;
        return value;
    }

    private YamlText TextOf(Scalar scalar)
    {
        CheckTag(scalar);
        var isText = !scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str";
        return new YamlText(At(scalar.Start), scalar.Value, scalar.Style == ScalarStyle.Plain && !isText);
    }

    private void CheckTag(NodeEvent node)
    {
        if (node.Tag.IsEmpty || node.Tag.IsNonSpecific) return;
        if (node.Tag.Value.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal)) return;
        errors.Add(At(node.Start), $"the tag '{node.Tag.Value}' is not supported");
    }

    private static Position At(Mark mark) => new(Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column));
}
