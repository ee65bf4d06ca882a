namespace Swarm.Benchmarks;

/// <summary>Where the tree and the published programs are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Published => Path.Combine(Root, "artifacts", "publish");

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Swarm.sln"))
            ? folder
            : Find(Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("no Swarm.sln above the benchmarks"));
}
