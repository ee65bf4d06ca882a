using System.Text.RegularExpressions;

namespace Swarm.Runtime.Processes;

/// <summary>Makes of what crun says what its user needs to know.</summary>
internal static partial class RuntimeMessages
{
    /// <summary>With fewer open files than these crun may fail, and in words that do not tell why.</summary>
    private const long FilesLeast = 32;

    /// <param name="program">What was to be run, for where crun does not name it.</param>
    /// <param name="files">How many files it may have open, and crun before it; null: as many as the engine.</param>
    public static ContainerException ToException(string message, string program, long? files = null)
    {
        var text = Clean(message);
        var missing = MissingExecutable().Match(text);
        if (missing.Success)
        {
            return new(ContainerFault.Invalid, Missing(missing.Groups["program"].Value));
        }

        var denied = DeniedExecutable().Match(text);
        if (denied.Success)
        {
            if (denied.Groups["program"].Value is { Length: > 0 } named) program = named;
            return new(
                ContainerFault.Invalid, $"exec: \"{program}\": permission denied: it is not an executable file");
        }

        if (MismatchedMount().Match(text) is { Success: true, Groups: var mount })
            return new(ContainerFault.Invalid, Mismatched(mount["from"].Value, mount["to"].Value));

        if (files is >= 0 and < FilesLeast && (text.Length == 0 || LacksFiles().IsMatch(text)))
        {
            return new(
                ContainerFault.Invalid,
                $"ulimit nofile={files} is too low: with so few open files \"{program}\" could not be started "
                + $"(crun: {text})");
        }

        return new(ContainerFault.Host, text.Length == 0
            ? "crun could not make the container and did not say why"
            : $"crun: {text}");
    }

    /// <remarks>The words in which people and their scripts know it.</remarks>
    private static string Missing(string program) => program.Contains('/', StringComparison.Ordinal)
        ? $"exec: \"{program}\": stat {program}: no such file or directory"
        : $"exec: \"{program}\": executable file not found in $PATH";

    /// <remarks>Mostly a file of the host that is not there: it is made, as a folder.</remarks>
    private static string Mismatched(string from, string to) =>
        $"error mounting {from} at /{to.TrimStart('/')}: not a directory: Are you trying to mount a directory onto a "
        + "file (or vice-versa)? See whether the path on the host exists, and is what it should be";

    /// <summary>Without prefixes, time stamps, and what it said twice; the C library's words as Go writes them,
    /// from which Docker's client takes its exit code.</summary>
    internal static string Clean(string message)
    {
        var lines = message
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => Prefix().Replace(line, ""))
            .Where(line => line.Length > 0)
            .Distinct();
        return string.Join("; ", lines)
            .Replace("No such file or directory", "no such file or directory", StringComparison.Ordinal)
            .Replace("Permission denied", "permission denied", StringComparison.Ordinal)
            .Replace("Is a directory", "is a directory", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"executable file `(?<program>[^`']*)['`] not found")]
    private static partial Regex MissingExecutable();

    [GeneratedRegex(
        "open executable: (?i:permission denied|operation not permitted)"
        + "|the path `(?<program>[^`']*)` exists but it is not executable")]
    private static partial Regex DeniedExecutable();

    [GeneratedRegex("Too many open files|Bad file descriptor|fail startup|cgroup.procs`: No space left on device")]
    private static partial Regex LacksFiles();

    [GeneratedRegex(@"mount `(?<from>[^`']*)['`] to `(?<to>[^`']*)['`]: Not a directory")]
    private static partial Regex MismatchedMount();

    [GeneratedRegex(
        @"^(\d{4}-\d\d-\d\dT\S+Z?: *|\[conmon:.\]: *|error( from crun)?: *|crun: *)+", RegexOptions.IgnoreCase)]
    private static partial Regex Prefix();
}
