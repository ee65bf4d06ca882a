using System.Globalization;

namespace Swarm.Tests;

/// <summary>How long a test waits for what comes by itself.</summary>
internal static class Patience
{
    /// <summary>On a machine that is so many times as slow: SWARM_TESTS_PATIENCE.</summary>
    public static double Factor { get; } =
        double.Parse(Environment.GetEnvironmentVariable("SWARM_TESTS_PATIENCE") ?? "1", CultureInfo.InvariantCulture);

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds * Factor);
}
