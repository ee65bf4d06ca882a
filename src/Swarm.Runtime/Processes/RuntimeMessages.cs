using System.Text.RegularExpressions;

namespace Swarm.Runtime.Processes;

/// <summary>Makes of what crun says what its user needs to know.</summary>
internal static partial class RuntimeMessages
{
    public static ContainerException ToException(string message)
    {
        var text = Clean(message);
        var missing = MissingExecutable().Match(text);
        if (missing.Success)
        {
            return new(ContainerFault.Invalid, $"executable file not found: {missing.Groups["program"].Value}");
        }

        var denied = DeniedExecutable().Match(text);
        if (denied.Success)
        {
            return new(ContainerFault.Invalid, $"not an executable file: {denied.Groups["program"].Value}");
        }

        return new(ContainerFault.Host, text.Length == 0
            ? "crun could not make the container and did not say why"
            : $"crun: {text}");
    }

    /// <summary>Without prefixes, time stamps, and what it said twice.</summary>
    internal static string Clean(string message)
    {
        var lines = message
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => Prefix().Replace(line, ""))
            .Where(line => line.Length > 0)
            .Distinct();
        return string.Join("; ", lines);
    }

    [GeneratedRegex(@"executable file `(?<program>[^`']*)['`] not found")]
    private static partial Regex MissingExecutable();

    [GeneratedRegex(
        @"open executable: Permission denied|the path `(?<program>[^`']*)` exists but it is not executable")]
    private static partial Regex DeniedExecutable();

    [GeneratedRegex(
        @"^(\d{4}-\d\d-\d\dT\S+Z?: *|\[conmon:.\]: *|error( from crun)?: *|crun: *)+", RegexOptions.IgnoreCase)]
    private static partial Regex Prefix();
}
