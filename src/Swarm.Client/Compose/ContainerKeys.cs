using System.Collections.Immutable;
using Swarm.Client.Compose.Yaml;
using Swarm.Core.Containers;
using Swarm.Core.Images;

namespace Swarm.Client.Compose;

/// <summary>Keys of a service that say what its containers are.</summary>
internal static class ContainerKeys
{
    public static IEnumerable<KeyValuePair<string, Func<ContainerSpec, Field, ContainerSpec>>> All { get; } =
        new Dictionary<string, Func<ContainerSpec, Field, ContainerSpec>>
        {
            ["image"] = (container, field) => container with { Image = Image(field) },
            ["command"] = (container, field) => container with { Command = Words(field) },
            ["entrypoint"] = (container, field) => container with { Entrypoint = Words(field) },
            ["working_dir"] = (container, field) => container with { WorkingDirectory = Absolute(field) },
            ["user"] = (container, field) => container with { User = field.Text() },
            ["labels"] = (container, field) => container with { Labels = KeyValues.Labels(field) },
            ["healthcheck"] = (container, field) => container with { HealthCheck = HealthKeys.Read(field) },
            ["stop_signal"] = (container, field) => container with { StopSignal = Signals.Read(field) },
            ["stop_grace_period"] =
                (container, field) => container with { StopGrace = field.Duration() ?? container.StopGrace },
            ["cap_add"] = (container, field) => container with { AddCapabilities = Capabilities.Read(field) },
            ["cap_drop"] = (container, field) => container with { DropCapabilities = Capabilities.Read(field) },
            ["read_only"] = (container, field) => container with { ReadOnlyRoot = field.Flag() ?? false },
            ["privileged"] = (container, field) => container with { Privileged = field.Flag() ?? false },
            ["sysctls"] = (container, field) => container with { Sysctls = Sysctls(field) },
            ["shm_size"] = (container, field) => container with { ShmSize = field.Size() ?? container.ShmSize },
            ["storage_opt"] = (container, field) => container with { WritableMax = StorageKeys.Read(field) },
            ["tty"] = (container, field) => container with { Tty = field.Flag() ?? false },
            ["stdin_open"] = (container, field) => container with { OpenStdin = field.Flag() ?? false },
            ["init"] = (container, field) => container with { Init = field.Flag() ?? false },
            ["logging"] = (container, field) => container with { Log = LoggingKeys.Read(field) },
            ["annotations"] = (container, field) => container with { Annotations = Annotations(field) },

            // Another word says that nothing is to be fetched, or all anew: neither is done.
            ["pull_policy"] = (container, field) =>
                field.OneOf(("missing", true), ("if_not_present", true)) is null ? container : container,
        };

    private static string Image(Field field)
    {
        if (field.Text() is not { } image) return "";
        if (!ImageReference.TryParse(image, out _, out var problem))
            field.Refuse(problem ?? "is not the name of an image");
        return image;
    }

    /// <remarks>Null leaves what the image says; an empty list takes it away.</remarks>
    private static ImmutableArray<string>? Words(Field field)
    {
        if (field.IsNull) return null;
        if (field.Value is YamlList) return [.. field.Texts().Select(item => item.Text)];
        if (field.Text() is not { } line) return null;
        if (ShellWords.Split(line) is { } words) return words;
        field.Refuse("has a quote that is never closed");
        return null;
    }

    private static string? Absolute(Field field)
    {
        var path = field.Text();
        if (path is not null && !path.StartsWith('/')) field.Refuse($"'{path}' must be an absolute path");
        return path;
    }

    private static ImmutableSortedDictionary<string, string> Sysctls(Field field)
    {
        var result = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value, at) in KeyValues.Read(field))
        {
            if (value is null) at.Refuse("needs a value");
            else if (name.Contains("..", StringComparison.Ordinal)
                || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not '.' and not '_' and not '-' and not '/'))
                at.Refuse($"'{name}' is not the name of a kernel parameter");
            else result[name] = value;
        }

        return result.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, string> Annotations(Field field)
    {
        const string ofRuntime = "run.oci.";
        foreach (var (name, _, at) in KeyValues.Read(field))
        {
            if (name.StartsWith(ofRuntime, StringComparison.Ordinal))
                at.Refuse($"the annotation '{name}' is the engine's own");
        }

        return KeyValues.Labels(field);
    }
}
