using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core;

namespace Swarm.Daemon.Configuration;

/// <summary>Reads typed settings from layers, and gathers all that is wrong with them.</summary>
/// <param name="layers">The last one that has a key wins. The first is the reference, which has them all.</param>
internal sealed class SettingsReader(ImmutableArray<ConfigurationLayer> layers)
{
    private readonly List<string> _errors = [];
    private readonly SortedSet<string> _keys = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _maps = new(StringComparer.Ordinal);

    /// <summary>Every key that was asked for.</summary>
    public IReadOnlyCollection<string> Keys => _keys;

    /// <summary>All errors, of the reads so far and of keys that no read asked for.</summary>
    public ImmutableArray<string> Errors => [.. _errors, .. UnknownKeys()];

    /// <summary>An absolute path.</summary>
    /// <param name="otherwise">Stands for an empty one.</param>
    public string FilePath(string key, string? otherwise = null) => Read(
        key,
        text => text.Length == 0 && otherwise is not null ? otherwise
            : text.StartsWith('/') ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(text))
            : throw new FormatException($"'{text}' is not an absolute path"),
        "/");

    public long Number(string key, long from, long to) => Read(
        key,
        text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? Within(text, number, from, to, value => value.ToString(CultureInfo.InvariantCulture))
            : throw new FormatException($"'{text}' is not a whole number"),
        from);

    public Bytes Size(string key, Bytes from, Bytes to) => Read(
        key, text => Within(text, Quantity.ParseBytes(text), from, to, Quantity.Show), from);

    public TimeSpan Duration(string key, TimeSpan from, TimeSpan to) => Read(
        key, text => Within(text, Quantity.ParseDuration(text), from, to, Quantity.Show), from);

    public T Choice<T>(string key, IReadOnlyDictionary<string, T> choices) => Read(
        key,
        text => choices.TryGetValue(text, out var choice)
            ? choice
            : throw new FormatException($"'{text}' is none of {string.Join(", ", choices.Keys)}"),
        choices.Values.First());

    /// <param name="parse">Throws <see cref="FormatException"/>, whose message becomes the error.</param>
    public T Parsed<T>(string key, Func<string, T> parse, T onError) => Read(key, parse, onError);

    /// <summary>Refuses what a key was read as, for what other keys say.</summary>
    public void Reject(string key, string why) => _errors.Add($"{key}: {why} ({Find(key).Origin})");

    /// <summary>A list, each item of which is parsed.</summary>
    public ImmutableArray<string> Items(string key, Func<string, string> parse)
    {
        _keys.Add(key);
        var (value, origin) = Find(key);
        if (value is SettingValue.Text { Value: "" }) return []; // an empty list of HOCON looks like this, too
        if (value is not SettingValue.List list)
        {
            _errors.Add($"{key}: not a list, as [\"a\", \"b\"] ({origin})");
            return [];
        }

        var parsed = ImmutableArray.CreateBuilder<string>();
        foreach (var item in list.Items)
        {
            try
            {
                parsed.Add(parse(item));
            }
            catch (FormatException wrong)
            {
                _errors.Add($"{key}: {wrong.Message} ({origin})");
            }
        }

        return parsed.ToImmutable();
    }

    /// <summary>Names and values below a key; those of later layers are added to those before.</summary>
    public ImmutableSortedDictionary<string, string> Map(string key)
    {
        _keys.Add(key);
        _maps.Add(key);
        var entries = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            foreach (var (path, value) in layer.Values)
            {
                if (path == key && value is SettingValue.Group) continue;
                if (path == key) _errors.Add($"{key}: not a group of names and values ({layer.Origin})");
                if (!IsBelow(path, key)) continue;
                if (value is SettingValue.Text text) entries[path[(key.Length + 1)..]] = text.Value;
                else _errors.Add($"{path}: not a text ({layer.Origin})");
            }
        }

        return entries.ToImmutable();
    }

    private T Read<T>(string key, Func<string, T> convert, T onError)
    {
        _keys.Add(key);
        var (value, origin) = Find(key);
        if (value is not SettingValue.Text text)
        {
            _errors.Add($"{key}: not a single value ({origin})");
            return onError;
        }

        try
        {
            return convert(text.Value);
        }
        catch (FormatException wrong)
        {
            _errors.Add($"{key}: {wrong.Message} ({origin})");
            return onError;
        }
    }

    private (SettingValue Value, string Origin) Find(string key)
    {
        for (var at = layers.Length - 1; at >= 0; at--)
        {
            if (layers[at].Values.TryGetValue(key, out var value)) return (value, layers[at].Origin);
        }

        throw new InvalidOperationException($"the reference lacks {key}");
    }

    private IEnumerable<string> UnknownKeys() =>
        from layer in layers
        from path in layer.Values.Keys
        where !_keys.Contains(path) && !_maps.Any(map => IsBelow(path, map))
        where layer.Values[path] is not SettingValue.Group || !_keys.Any(key => IsBelow(key, path))
        select $"{path}: unknown key{Suggestion(path)} ({layer.Origin})";

    private string Suggestion(string path)
    {
        var last = path[(path.LastIndexOf('.') + 1)..];
        var meant = _keys.Where(key => key.EndsWith("." + last, StringComparison.Ordinal)).ToArray();
        return meant is [var one] ? $"; is {one} meant?" : "";
    }

    private static bool IsBelow(string path, string group) =>
        path.Length > group.Length + 1 && path[group.Length] == '.' && path.StartsWith(group, StringComparison.Ordinal);

    private static T Within<T>(string text, T value, T from, T to, Func<T, string> show) where T : IComparable<T> =>
        value.CompareTo(from) >= 0 && value.CompareTo(to) <= 0
            ? value
            : throw new FormatException($"{text} is not within {show(from)} to {show(to)}");
}
