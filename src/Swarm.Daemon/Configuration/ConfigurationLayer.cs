using System.Collections.Immutable;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Swarm.Daemon.Configuration;

/// <summary>The settings one source gives, by full path: the reference, a file, or the command line.</summary>
/// <param name="Origin">Names the source in errors.</param>
internal sealed record ConfigurationLayer(string Origin, ImmutableSortedDictionary<string, SettingValue> Values)
{
    public static ConfigurationLayer Reference()
    {
        using var stream = typeof(ConfigurationLayer).Assembly.GetManifestResourceStream("reference.conf")!;
        using var reader = new StreamReader(stream);
        return Parse("reference.conf", reader.ReadToEnd());
    }

    /// <exception cref="ConfigurationException">The file cannot be read or is not HOCON.</exception>
    public static ConfigurationLayer FromFile(string file)
    {
        try
        {
            return Parse(file, File.ReadAllText(file));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            var why = Directory.Exists(file) ? "it is a folder" : cause.Message;
            throw new ConfigurationException([$"{file}: cannot be read: {why}"]);
        }
    }

    /// <summary>One <c>PATH=VALUE</c> of the command line. The value is text as it stands, or
    /// a list in brackets.</summary>
    /// <exception cref="ConfigurationException">It has no <c>=</c>, or is a list that is not HOCON.</exception>
    public static ConfigurationLayer FromOverride(string assignment)
    {
        var at = assignment.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0) throw new ConfigurationException([$"--set {assignment}: not of the form PATH=VALUE"]);

        var (path, value) = (assignment[..at].Trim(), assignment[(at + 1)..].Trim());
        return value is ['[' or '{' or '"', ..]
            ? Parse("--set", $"{path} = {value}")
            : new ConfigurationLayer("--set", Leaves.Add(path, new SettingValue.Text(value)));
    }

    /// <exception cref="ConfigurationException">The text is not HOCON.</exception>
    public static ConfigurationLayer Parse(string origin, string hocon)
    {
        var values = Leaves.ToBuilder();
        Flatten("", ParseRoot(origin, hocon), values);
        return new ConfigurationLayer(origin, values.ToImmutable());
    }

    private static ImmutableSortedDictionary<string, SettingValue> Leaves { get; } =
        ImmutableSortedDictionary.Create<string, SettingValue>(StringComparer.Ordinal);

    private static HoconValue ParseRoot(string origin, string hocon)
    {
        if (HoconNesting.FindFault(hocon) is { } fault)
        {
            throw new ConfigurationException([$"{origin}: not well-formed: {fault}"]);
        }

        try
        {
            return ConfigurationFactory.ParseString(hocon).Root ?? new HoconValue();
        }
#pragma warning disable CA1031 // The parser throws whatever its state brings about: each means that the text is wrong.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            throw new ConfigurationException([$"{origin}: not well-formed: {cause.Message}"]);
        }
    }

    private static void Flatten(
        string path, HoconValue value, ImmutableSortedDictionary<string, SettingValue>.Builder into)
    {
        if (value.IsObject())
        {
            var items = value.GetObject().Items;
            if (items.Count == 0 && path.Length > 0) into[path] = new SettingValue.Group();
            foreach (var (key, item) in items) Flatten(path.Length == 0 ? key : $"{path}.{key}", item, into);
        }
        else if (value.IsArray())
        {
            into[path] = new SettingValue.List([.. value.GetStringList()]);
        }
        else if (path.Length > 0)
        {
            into[path] = new SettingValue.Text(value.GetString() ?? "");
        }
    }
}
