using System.Globalization;

namespace Swarm.Images.Tests.Collecting;

/// <summary>Which seeds are run: told in docs/testing.md.</summary>
internal static class StoreSeeds
{
    public const string SeedVariable = "SWARM_SIMULATION_SEED";

    private const int UsualCount = 200;

    /// <summary>How many.</summary>
    public static int Count => Read("SWARM_SIMULATION_SEEDS") ?? UsualCount;

    /// <summary>The first of them.</summary>
    public static int From => Read("SWARM_SIMULATION_FROM") ?? 1;

    /// <summary>The only one, all of which is told; null where there are many.</summary>
    public static int? Only => Read(SeedVariable);

    private static int? Read(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
