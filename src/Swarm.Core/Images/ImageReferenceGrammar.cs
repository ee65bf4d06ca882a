using System.Text.RegularExpressions;

namespace Swarm.Core.Images;

public sealed partial record ImageReference
{
    private const string DefaultRegistry = "docker.io";
    private const string OfficialPrefix = "library/";
    private const string DefaultTag = "latest";
    private const int MaxNameLength = 255;

    private static (ImageReference? Reference, string? Problem) Read(string? text)
    {
        if (string.IsNullOrEmpty(text)) return No("", "it is empty");

        var rest = text;
        Digest? digest = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            if (!Images.Digest.TryParse(rest[(at + 1)..], out var given))
                return No(text, $"'{rest[(at + 1)..]}' is no sha256 digest");
            (digest, rest) = (given, rest[..at]);
        }

        string? tag = null;
        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/'))
        {
            (tag, rest) = (rest[(colon + 1)..], rest[..colon]);
            if (!TagForm().IsMatch(tag)) return No(text, $"'{tag}' is no tag");
        }

        var (registry, path) = Split(rest);
        if (!HostForm().IsMatch(registry)) return No(text, $"'{registry}' is no host of a registry");
        if (!PathForm().IsMatch(path))
        {
            var lower = path.ToLowerInvariant();
            return path != lower && PathForm().IsMatch(lower)
                ? (null, $"repository name ({path}) must be lowercase") // clients know these words
                : No(text, $"'{path}' is no repository name");
        }

        if (registry == DefaultRegistry && Hexadecimal().IsMatch(rest))
            return No(text, "64 hexadecimal digits are an image id, not a name");
        return registry.Length + 1 + path.Length > MaxNameLength
            ? No(text, $"the name is longer than {MaxNameLength} characters")
            : (new ImageReference(registry, path, tag ?? (digest is null ? DefaultTag : null), digest), null);
    }

    /// <summary>The part before the first slash is a host only when it looks like one:
    /// <c>a/b</c> is on Docker Hub.</summary>
    private static (string Registry, string Path) Split(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        var isHost = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal)
            || first == "localhost" || first.Any(char.IsAsciiLetterUpper);
        var (registry, path) = isHost ? (first, name[(slash + 1)..]) : (DefaultRegistry, name);
        if (registry == "index.docker.io") registry = DefaultRegistry;
        return registry == DefaultRegistry && !path.Contains('/', StringComparison.Ordinal)
            ? (registry, OfficialPrefix + path) : (registry, path);
    }

    private string Shortest()
    {
        if (Registry != DefaultRegistry) return Repository;
        var name = Path.StartsWith(OfficialPrefix, StringComparison.Ordinal) ? Path[OfficialPrefix.Length..] : Path;
        return Split(name) == (Registry, Path) && !Hexadecimal().IsMatch(name) ? name : Repository;
    }

    private static (ImageReference?, string) No(string text, string why) => (null, $"image name '{text}': {why}");

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex TagForm();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex PathForm();

    [GeneratedRegex(
        @"\A(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
        + @"(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?\z")]
    private static partial Regex HostForm();

    [GeneratedRegex(@"\A[a-f0-9]{64}\z")]
    private static partial Regex Hexadecimal();
}
