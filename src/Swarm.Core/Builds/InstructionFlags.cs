namespace Swarm.Core.Builds;

/// <summary>The flags of an instruction.</summary>
internal static class InstructionFlags
{
    /// <param name="known">The names it may have, each with a value.</param>
    /// <exception cref="DockerfileException">Another one, one twice, or one without a value.</exception>
    public static IReadOnlyDictionary<string, string> Read(DockerfileLine line, params ReadOnlySpan<string> known)
    {
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var flag in line.Flags)
        {
            var at = flag.IndexOf('=', StringComparison.Ordinal);
            var name = at < 0 ? flag : flag[..at];
            if (!known.Contains(name)) throw line.Wrong($"unknown flag: {name}");
            if (at < 0) throw line.Wrong($"missing a value on flag: {name}");
            if (!flags.TryAdd(name, flag[(at + 1)..])) throw line.Wrong($"duplicate flag specified: {name}");
        }

        return flags;
    }

    /// <summary>The first of these that is there.</summary>
    public static string? Find(DockerfileLine line, params ReadOnlySpan<string> names)
    {
        foreach (var flag in line.Flags)
        {
            var name = flag.Split('=', 2)[0];
            if (names.Contains(name)) return name;
        }

        return null;
    }
}
