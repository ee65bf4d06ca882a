using System.Globalization;
using Swarm.Client.Compose.Yaml;
using Swarm.Core;

namespace Swarm.Client.Compose;

/// <summary>One value of a Compose file under the name it is known by, as <c>services.web.ports[0]</c>.</summary>
/// <remarks>Each reading of it gives a value or tells what is wrong; reading goes on, so that
/// all errors are found.</remarks>
internal readonly record struct Field(string Path, YamlValue Value, ComposeErrors Errors)
{
    public Position At => Value.At;

    public bool IsNull => Value is YamlText { IsNull: true };

    public void Refuse(string reason) => Errors.Add(At, $"{Path}: {reason}");

    private Field Child(string name, YamlValue value) => new(Path.Length == 0 ? name : $"{Path}.{name}", value, Errors);

    /// <summary>Some text; numbers are taken as they are written.</summary>
    public string? Text()
    {
        switch (Value)
        {
            case YamlText { IsNull: true }:
                Refuse("is empty");
                return null;
            case YamlText { IsPlain: true, AsBoolean: not null } text:
                Refuse($"must be text; '{text.Text}' without quotes is a boolean");
                return null;
            case YamlText text when text.Text.Contains('\0', StringComparison.Ordinal):
                Refuse("contains a character of value 0");
                return null;
            case YamlText text:
                return text.Text;
            default:
                Refuse($"must be text, not {KindOfValue}");
                return null;
        }
    }

    /// <summary>Text of a format that <paramref name="read"/> knows.</summary>
    public T? Parsed<T>(Func<string, T?> read, string wanted) where T : struct
    {
        if (Text() is not { } text) return null;
        if (read(text) is { } value) return value;
        Refuse($"'{text}' is not {wanted}");
        return null;
    }

    public TimeSpan? Duration() =>
        Parsed(Formats.Duration, "a duration; write it as 1h5m30s20ms, each number with a unit");

    public Bytes? Size() => Parsed(Formats.Size, "a size; write it as 512k, 64m or 2gb");

    public MilliCpu? Cpus() => Parsed(Formats.Cpus, "a number of processors, as 0.5");

    public long? Number(long least, long most) =>
        Parsed<long>(
            text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= most ? number : null, $"a whole number from {least} to {most}");

    public bool? Flag()
    {
        if (Value is YamlText { AsBoolean: { } flag }) return flag;
        Refuse("must be true or false");
        return null;
    }

    /// <summary>One of a few words.</summary>
    public T? OneOf<T>(params (string Word, T Meaning)[] words) where T : struct
    {
        if (Text() is not { } text) return null;
        foreach (var (word, meaning) in words)
        {
            if (word == text) return meaning;
        }

        Refuse($"'{text}' is not one of {string.Join(", ", words.Select(word => word.Word))}");
        return null;
    }

    /// <summary>The items of a list.</summary>
    public IReadOnlyList<Field> Items()
    {
        if (Value is not YamlList list)
        {
            Refuse($"must be a list, not {KindOfValue}");
            return [];
        }

        var (path, errors) = (Path, Errors);
        return [.. list.Items.Select((item, index) => new Field($"{path}[{index}]", item, errors))];
    }

    /// <summary>The texts of a list.</summary>
    public IEnumerable<(string Text, Field Field)> Texts()
    {
        foreach (var item in Items())
        {
            if (item.Text() is { } text) yield return (text, item);
        }
    }

    /// <summary>The texts of a list, or one text alone.</summary>
    public IEnumerable<(string Text, Field Field)> TextOrTexts() =>
        Value is YamlList ? Texts() : Text() is { } one ? [(one, this)] : [];

    /// <summary>The entries of a mapping whose keys the user chooses.</summary>
    public IReadOnlyList<(YamlText Key, Field Field)> Entries()
    {
        if (Value is not YamlMap map)
        {
            Refuse($"must be a mapping, not {KindOfValue}");
            return [];
        }

        var self = this;
        return [.. map.Entries.Select(entry => (entry.Key, self.Child(entry.Key.Text, entry.Value)))];
    }

    /// <summary>Takes over each key of a mapping whose keys are ours; a key that is not is refused by name.</summary>
    public T Fold<T>(
        T start, IReadOnlyDictionary<string, Func<T, Field, T>> keys, IReadOnlyDictionary<string, string> refused)
    {
        var result = start;
        foreach (var (key, field) in Entries())
        {
            if (keys.TryGetValue(key.Text, out var take)) result = take(result, field);
            else if (key.Text.StartsWith("x-", StringComparison.Ordinal)) continue;
            else Errors.Add(key.At,
                $"{field.Path}: " + (refused.TryGetValue(key.Text, out var why) ? why : Unknown(key.Text, keys.Keys)));
        }

        return result;
    }

    private static string Unknown(string key, IEnumerable<string> known)
    {
        var nearest = known.Select(word => (Word: word, Distance: Spelling.Distance(key, word)))
            .MinBy(word => word.Distance);
        return "unknown key"
            + (nearest.Distance <= 2 && nearest.Word.Length > 3 ? $"; did you mean '{nearest.Word}'?" : "");
    }

    private string KindOfValue => Value switch
    {
        YamlList => "a list",
        YamlMap => "a mapping",
        YamlText { IsNull: true } => "nothing",
        _ => "text",
    };
}
