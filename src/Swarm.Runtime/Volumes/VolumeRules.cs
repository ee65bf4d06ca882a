using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Swarm.Runtime.Volumes;

/// <summary>Which names and options a volume may have.</summary>
/// <remarks>Pure. The words are Docker's: clients show them.</remarks>
internal static partial class VolumeRules
{
    private static readonly string[] Known = ["device", "o", "size", "type"];

    private static readonly (string Option, string Needed)[] Needs =
        [("device", "type"), ("type", "device"), ("o", "device"), ("o", "type")];

    /// <exception cref="ContainerException">It is no name.</exception>
    public static void CheckName(string name)
    {
        if (Name().IsMatch(name)) return;
        throw Invalid($"create {name}: " + (name.Length == 1
            ? "volume name is too short, names should be at least two alphanumeric characters"
            : $"\"{name}\" includes invalid characters for a local volume name, only "
                + "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. "
                + "If you intended to pass a host directory, use absolute path"));
    }

    /// <exception cref="ContainerException">An option is not known, lacks another, or cannot be.</exception>
    public static void CheckOptions(VolumeDefinition volume)
    {
        if (WhyNot(volume.Options) is { } why) throw Invalid($"create {volume.Name}: {why}");
    }

    private static string? WhyNot(ImmutableSortedDictionary<string, string> options)
    {
        if (options.Keys.FirstOrDefault(option => !Known.Contains(option)) is { } unknown)
            return $"invalid option: \"{unknown}\"";
        if (options.ContainsKey("size")) return "quota size requested but no quota support";
        var lacking = Needs.FirstOrDefault(
            pair => options.ContainsKey(pair.Option) && !options.ContainsKey(pair.Needed));
        return lacking.Needed is { } needed ? $"missing required option: \"{needed}\"" : null;
    }

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}\z")]
    private static partial Regex Name();
}
