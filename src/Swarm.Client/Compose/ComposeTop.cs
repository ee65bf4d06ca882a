using System.Collections.Immutable;

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

    private static readonly Dictionary<string, Func<string?, Field, string?>> NetworkKeys = new()
    {
        ["name"] = (_, field) => OwnName(field),
        ["driver"] = (name, field) => Only(name, field, "bridge", "default"),
    };

    private static readonly Dictionary<string, Func<ComposeVolume, Field, ComposeVolume>> VolumeKeys = new()
    {
        ["name"] = (volume, field) => volume with { Name = OwnName(field) },
        ["driver"] = (volume, field) => Only(volume, field, "local"),
        ["driver_opts"] = (volume, field) => volume with { Options = Options(field) },
        ["labels"] = (volume, field) => volume with { Labels = KeyValues.Labels(field) },
        ["external"] = (volume, field) => volume with { IsExternal = field.Flag() ?? false },
    };

    /// <summary>What networks of the file are called in the cluster: with the stack in front, or as they say
    /// themselves.</summary>
    public Dictionary<string, string> NetworkNames(string stack)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, field) in Entries(Networks))
        {
            var own = field.IsNull ? null : field.Fold((string?)null, NetworkKeys, Refusals.Network);
            names[key] = own ?? $"{stack}_{key}";
        }

        return names;
    }

    /// <summary>The volumes of the file, with their names in the cluster.</summary>
    public Dictionary<string, ComposeVolume> VolumesOf(string stack)
    {
        var volumes = new Dictionary<string, ComposeVolume>(StringComparer.Ordinal);
        foreach (var (key, field) in Entries(Volumes))
        {
            var volume = new ComposeVolume(Name: null);
            if (!field.IsNull) volume = field.Fold(volume, VolumeKeys, Refusals.None);
            if (volume is { IsExternal: true } && (!volume.Options.IsEmpty || !volume.Labels.IsEmpty))
                field.Refuse("is external: driver_opts and labels belong to where it is made");
            volumes[key] = volume with { Name = volume.Name ?? (volume.IsExternal ? key : $"{stack}_{key}") };
        }

        return volumes;
    }

    private static IEnumerable<(string Key, Field Field)> Entries(Field? section)
    {
        if (section is not { IsNull: false } given) yield break;
        foreach (var (key, field) in given.Entries())
        {
            if (key.Text.StartsWith("x-", StringComparison.Ordinal)) continue;
            if (!StackName.IsPart(key.Text)) field.Errors.Add(
                key.At, $"{field.Path}: '{key.Text}' is not a name: letters, digits, '-', '_' and '.'");
            yield return (key.Text, field);
        }
    }

    /// <summary>Those of the driver <c>local</c>.</summary>
    private static ImmutableSortedDictionary<string, string> Options(Field field)
    {
        var options = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value, at) in KeyValues.Read(field))
        {
            if (name is not ("type" or "device" or "o"))
                at.Refuse($"the option '{name}' is not supported: type, device and o are");
            else options[name] = value ?? "";
        }

        if (options.Count is 1 or 2 && !(options.ContainsKey("type") && options.ContainsKey("device")))
            field.Refuse("needs type and device");
        return options.ToImmutable();
    }

    private static string? OwnName(Field field)
    {
        var name = field.Text();
        if (name is null || StackName.IsPart(name)) return name;
        field.Refuse($"'{name}' is not a name: letters, digits, '-', '_' and '.'");
        return null;
    }

    private static T Only<T>(T taken, Field field, params string[] drivers)
    {
        if (field.Text() is { } driver && !drivers.Contains(driver))
            field.Refuse($"the driver '{driver}' is not supported yet: only {string.Join(" and ", drivers)}");
        return taken;
    }
}
