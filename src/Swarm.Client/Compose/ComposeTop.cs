namespace Swarm.Client.Compose;

/// <summary>The keys at the top of the file.</summary>
internal sealed record ComposeTop
{
    public string? Name { get; private init; }

    public Field? Services { get; private init; }

    public Field? Networks { get; private init; }

    public Field? Volumes { get; private init; }

    public static Dictionary<string, Func<ComposeTop, Field, ComposeTop>> Keys { get; } = new()
    {
        ["name"] = (top, field) => top with { Name = field.Text() },
        ["services"] = (top, field) => top with { Services = field },
        ["networks"] = (top, field) => top with { Networks = field },
        ["volumes"] = (top, field) => top with { Volumes = field },

        // Only informative, says the specification: a file is read by the newest rules whatever it holds.
        ["version"] = (top, field) => field.Text() is null ? top : top,
    };

    public static Dictionary<string, Func<string?, Field, string?>> NetworkKeys { get; } = new()
    {
        ["name"] = (_, field) => OwnName(field),
        ["driver"] = (name, field) => Only(name, field, "bridge", "default"),
    };

    public static Dictionary<string, Func<string?, Field, string?>> VolumeKeys { get; } = new()
    {
        ["name"] = (_, field) => OwnName(field),
        ["driver"] = (name, field) => Only(name, field, "local"),
    };

    /// <summary>What networks or volumes of the file are called in the cluster: with the stack
    /// in front, or as they say themselves.</summary>
    public static Dictionary<string, string> Named(
        Field? section, string stack, IReadOnlyDictionary<string, Func<string?, Field, string?>> keys,
        IReadOnlyDictionary<string, string> refused)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        if (section is not { IsNull: false } given) return names;
        foreach (var (key, field) in given.Entries())
        {
            if (key.Text.StartsWith("x-", StringComparison.Ordinal)) continue;
            if (!StackName.IsPart(key.Text)) field.Errors.Add(
                key.At, $"{field.Path}: '{key.Text}' is not a name: letters, digits, '-', '_' and '.'");
            var own = field.IsNull ? null : field.Fold((string?)null, keys, refused);
            names[key.Text] = own ?? $"{stack}_{key.Text}";
        }

        return names;
    }

    private static string? OwnName(Field field)
    {
        var name = field.Text();
        if (name is null || StackName.IsPart(name)) return name;
        field.Refuse($"'{name}' is not a name: letters, digits, '-', '_' and '.'");
        return null;
    }

    private static string? Only(string? name, Field field, params string[] drivers)
    {
        if (field.Text() is { } driver && !drivers.Contains(driver))
            field.Refuse($"the driver '{driver}' is not supported yet: only {string.Join(" and ", drivers)}");
        return name;
    }
}
