namespace Swarm.Core.Builds;

/// <summary>Paths as text.</summary>
public static class BuildPaths
{
    /// <summary>Without empty parts, dots, and what two dots take back; a path that begins at the root stays in it.
    /// </summary>
    /// <remarks>https://pkg.go.dev/path#Clean</remarks>
    public static string Clean(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var isRooted = path.StartsWith('/');
        List<string> parts = [];
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0 && parts[^1] != "..") parts.RemoveAt(parts.Count - 1);
            else if (!isRooted) parts.Add(part);
        }

        var clean = string.Join('/', parts);
        return isRooted ? "/" + clean : clean.Length == 0 ? "." : clean;
    }

    /// <summary>A path from the root, where it is not given as one, from a folder.</summary>
    public static string From(string folder, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Clean(path.StartsWith('/') ? path : $"/{folder}/{path}");
    }

    /// <summary>The path of a source, from the root of where it is taken from; empty for all of it.</summary>
    /// <returns>Null where it leads above the root.</returns>
    public static string? OfSource(string source)
    {
        var clean = Clean($"./{OfPattern(source)}");
        return clean == ".." || clean.StartsWith("../", StringComparison.Ordinal) ? null : From("/", clean)[1..];
    }

    /// <summary>A source with wildcards, from the root of where it is taken from.</summary>
    /// <remarks>As Docker, which compares it with the paths as it is written but for its beginning: nothing has a path
    /// that ends with a slash, or has two of them side by side.</remarks>
    public static string OfPattern(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var path = source.StartsWith('/') ? source[1..] : source;
        return path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
    }
}
