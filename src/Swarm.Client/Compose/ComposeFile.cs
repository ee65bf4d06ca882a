using Swarm.Client.Compose.Yaml;
using Swarm.Core.Services;

namespace Swarm.Client.Compose;

/// <summary>Reads Compose files. What is supported, and what is refused, stands in docs/compose.md.</summary>
/// <remarks>The specification: https://github.com/compose-spec/compose-spec/blob/main/spec.md</remarks>
public static class ComposeFile
{
    /// <summary>Reads a file, with the <c>.env</c> beside it.</summary>
    /// <param name="stackName">Null takes the name that the file gives, else that of its folder.</param>
    /// <param name="environment">The caller's; it comes before that of <c>.env</c>.</param>
    /// <exception cref="ComposeException">With everything that is wrong.</exception>
    public static ComposeStack Load(string path, string? stackName, IReadOnlyDictionary<string, string> environment)
    {
        var errors = new ComposeErrors(path);
        var known = new Dictionary<string, string>(environment, StringComparer.Ordinal);
        var text = ReadOrTell(path, path, errors);
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/", ".env");
        if (File.Exists(beside) && ReadOrTell(beside, ".env", errors) is { } variables)
        {
            foreach (var (name, value) in EnvironmentFile.Parse(variables, ".env", environment, errors))
                known.TryAdd(name, value);
        }

        errors.ThrowIfAny();
        return Parse(text!, path, stackName, known);
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="fileName">Shown in errors; relative paths in the file are relative to its folder.</param>
    /// <exception cref="ComposeException">With everything that is wrong.</exception>
    public static ComposeStack Parse(
        string text, string fileName, string? stackName, IReadOnlyDictionary<string, string> environment)
    {
        var errors = new ComposeErrors(fileName);
        if (text.Length > ComposeLimits.FileBytes)
            errors.Add(new Position(1, 1), $"larger than {ComposeLimits.FileBytes} bytes");
        errors.ThrowIfAny();

        var root = new Field("", YamlReader.Read(text, new Interpolation(environment, errors).FillIn, errors), errors);
        if (root.Value is not YamlMap)
        {
            errors.Add(root.At, root.IsNull ? "the file is empty" : "the file must be a mapping with the key services");
        }

        errors.ThrowIfAny();
        var stack = ReadStack(root, fileName, stackName, environment);
        errors.ThrowIfAny();
        return stack;
    }

    private static ComposeStack ReadStack(
        Field root, string fileName, string? stackName, IReadOnlyDictionary<string, string> environment)
    {
        var top = root.Fold(new ComposeTop(), ComposeTop.Keys, Refusals.Top);
        var folder = Path.GetDirectoryName(Path.GetFullPath(fileName)) ?? "/";
        var name = stackName ?? top.Name ?? StackName.Normalise(Path.GetFileName(folder)) ?? "";
        if (!StackName.IsValid(name))
        {
            root.Errors.Add(root.At, $"'{name}' is not the name of a stack: small letters, digits, '-' and '_', "
                + "beginning with a letter or digit");
        }

        var networks = top.NetworkNames(name);
        networks.TryAdd(NetworkKeys.Default, $"{name}_{NetworkKeys.Default}");
        var volumes = top.VolumesOf(name);
        if (top.Services is not { } all)
        {
            root.Errors.Add(root.At, "there are no services");
            return new ComposeStack(name, [], []);
        }

        var entries = all.Entries();
        var context = new ComposeContext(name, folder, environment, networks, volumes,
            entries.Select(entry => entry.Key.Text).ToHashSet(StringComparer.Ordinal));
        var services = new List<(ServiceSpec Spec, Field Field)>();
        foreach (var (key, field) in entries)
        {
            if (!StackName.IsPart(key.Text)) root.Errors.Add(
                key.At, $"'{key.Text}' is not the name of a service: letters, digits, '-', '_' and '.'");
            else if (name.Length + 1 + key.Text.Length > 63)
                root.Errors.Add(key.At, $"'{name}_{key.Text}' is longer than 63 characters");
            var service = ServiceReader.Read(key.Text, field, context);
            RefuseClashes(service, services.Select(other => other.Spec), field);
            services.Add((service, field));
        }

        LinkKeys.RefuseUnreachable(services);
        if (services.Count == 0) all.Refuse("there are no services");
        return new ComposeStack(name, [.. services.Select(service => service.Spec)], root.Errors.Warnings);
    }

    private static void RefuseClashes(ServiceSpec service, IEnumerable<ServiceSpec> others, Field field)
    {
        foreach (var other in others)
        {
            foreach (var port in service.Container.Ports)
            {
                if (other.Container.Ports.Any(taken => PortKeys.Clash(taken, port)))
                {
                    field.Refuse($"port {port.HostPort} of the host is published by {other.Name} too");
                }
            }
        }
    }

    private static string? ReadOrTell(string path, string shown, ComposeErrors errors)
    {
        try
        {
            return ComposeText.Read(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            errors.Add(new Position(1, 1, shown), $"cannot read it: {unreadable.Message}");
            return null;
        }
    }
}
