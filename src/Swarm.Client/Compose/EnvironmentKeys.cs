using System.Collections.Immutable;
using Swarm.Client.Compose.Yaml;

namespace Swarm.Client.Compose;

/// <summary>The keys <c>environment</c> and <c>env_file</c>.</summary>
internal static class EnvironmentKeys
{
    /// <summary>What a service says of its environment: the files first, then its own entries over them.</summary>
    public static ImmutableArray<string> Read(Field service, ComposeContext context)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, field) in service.Entries())
        {
            if (key.Text == "env_file") ReadFiles(field, context, variables);
        }

        foreach (var (key, field) in service.Entries())
        {
            if (key.Text == "environment") ReadOwn(field, context, variables);
        }

        return [.. variables.Select(variable => $"{variable.Key}={variable.Value}")];
    }

    private static void ReadOwn(Field field, ComposeContext context, Dictionary<string, string> variables)
    {
        foreach (var (name, value, _) in KeyValues.Read(field))
        {
            // A name alone takes the caller's value, and where he has none, the variable is not set at all.
            if ((value ?? context.Environment.GetValueOrDefault(name)) is { } known) variables[name] = known;
            else variables.Remove(name);
        }
    }

    private static void ReadFiles(Field field, ComposeContext context, Dictionary<string, string> variables)
    {
        IReadOnlyList<Field> files = field.Value is YamlList ? field.Items() : [field];
        foreach (var file in files)
        {
            var isRequired = true;
            var path = file.Value is YamlMap ? null : file.Text();
            if (file.Value is YamlMap)
            {
                (path, isRequired) = file.Fold(
                    (Path: (string?)null, Required: true), LongForm, Refusals.EnvironmentFiles);
                if (path is null) file.Refuse("needs a path");
            }

            if (path is null) continue;
            var full = Path.GetFullPath(path, context.Folder);
            if (!isRequired && !File.Exists(full)) continue;
            try
            {
                var text = ComposeText.Read(full);
                foreach (var (name, value) in EnvironmentFile.Parse(text, path, context.Environment, file.Errors))
                    variables[name] = value;
            }
            catch (Exception unreadable)
                when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
            {
                file.Refuse($"cannot read '{path}': {unreadable.Message}");
            }
        }
    }

    private static Dictionary<string, Func<(string? Path, bool Required), Field, (string? Path, bool Required)>>
        LongForm
    { get; } = new()
    {
        ["path"] = (file, field) => (field.Text(), file.Required),
        ["required"] = (file, field) => (file.Path, field.Flag() ?? true),
    };
}
