using System.Collections.Immutable;

namespace Swarm.Core.Builds;

/// <summary>What a <c>.dockerignore</c> keeps out of a build.</summary>
/// <remarks>https://docs.docker.com/build/concepts/context/#dockerignore-files</remarks>
public sealed class IgnoreRules
{
    private readonly ImmutableArray<(PathPattern Pattern, bool IsException)> _rules;

    private IgnoreRules(ImmutableArray<(PathPattern, bool)> rules) => _rules = rules;

    public bool IsEmpty => _rules.IsEmpty;

    /// <exception cref="DockerfileException">A line is no pattern.</exception>
    public static IgnoreRules Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rules = ImmutableArray.CreateBuilder<(PathPattern, bool)>();
        foreach (var line in text.TrimStart('\uFEFF').Split('\n'))
        {
            if (line.StartsWith('#')) continue;
            var pattern = line.Trim();
            if (pattern.Length == 0) continue;
            var isException = pattern[0] == '!';
            if (isException) pattern = pattern[1..].Trim();
            if (pattern.Length == 0) throw new DockerfileException("illegal exclusion pattern: \"!\"");
            rules.Add((PathPattern.Parse(BuildPaths.Clean(pattern).TrimStart('/'), acrossFolders: true), isException));
        }

        return new IgnoreRules(rules.ToImmutable());
    }

    /// <summary>Whether the last rule that speaks of a path, or of a folder that it is in, keeps it out.</summary>
    /// <param name="path">From the root of the context, without a slash at its beginning.</param>
    public bool IsIgnored(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        List<string> within = [path];
        for (var at = path.LastIndexOf('/'); at > 0; at = path.LastIndexOf('/', at - 1)) within.Add(path[..at]);
        var isIgnored = false;
        foreach (var (pattern, isException) in _rules)
        {
            if (isIgnored == isException && within.Exists(pattern.IsMatch)) isIgnored = !isException;
        }

        return isIgnored;
    }
}
