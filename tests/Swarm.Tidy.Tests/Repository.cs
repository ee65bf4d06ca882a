namespace Swarm.Tidy;

/// <summary>The working copy these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string At(string path) => Path.Combine(Root, path);

    /// <summary>Paths of files below folders of the repository, relative to it, without what
    /// builds leave there.</summary>
    public static IEnumerable<string> Files(string pattern, params string[] folders) =>
        folders.Where(folder => Directory.Exists(At(folder)))
            .SelectMany(folder => Directory.EnumerateFiles(At(folder), pattern, SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Root, file))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "artifacts"))
            .Order(StringComparer.Ordinal);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Swarm.sln"))
            ? folder
            : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not below a working copy"));
}
