using System.Globalization;

namespace Swarm.Benchmarks.Docker;

/// <summary>Memory of all processes but the containers' own.</summary>
/// <remarks>Proportional shares: what several processes have in common counts once. The benchmarks have a pid namespace
/// of their own, so nobody else's processes are seen.</remarks>
internal static class SupervisionMemory
{
    /// <param name="program">The command of the containers' processes.</param>
    public static double Mebibytes(string program) => Directory.GetDirectories("/proc")
        .Where(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid)
            && pid != Environment.ProcessId && NameOf(folder) is { Length: > 0 } name && name != program)
        .Sum(ShareOf) / 1024;

    private static string NameOf(string folder)
    {
        try
        {
            return File.ReadAllText(folder + "/comm").TrimEnd();
        }
        catch (IOException)
        {
            return ""; // it has ended
        }
    }

    private static double ShareOf(string folder)
    {
        try
        {
            var line = File.ReadLines(folder + "/smaps_rollup")
                .FirstOrDefault(text => text.StartsWith("Pss:", StringComparison.Ordinal));
            var words = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words is [_, var kibibytes, ..] ? double.Parse(kibibytes, CultureInfo.InvariantCulture) : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
