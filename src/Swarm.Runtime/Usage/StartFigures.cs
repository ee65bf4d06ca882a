using System.Diagnostics.Metrics;

namespace Swarm.Runtime.Usage;

/// <summary>How long it takes until containers run, for whoever listens to <see cref="MeterName"/>.</summary>
/// <remarks>Told in docs/metrics.md.</remarks>
public static class StartFigures
{
    public const string MeterName = "Swarm.Runtime";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "swarm.container.start.duration", "s", "From the order to start a container until it runs, or does not.",
        tags: null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
        });

    internal static async Task<T> MeasureAsync<T>(Task<T> start, TimeProvider time)
    {
        var begun = time.GetTimestamp();
        var outcome = "failed";
        try
        {
            var started = await start;
            outcome = "started";
            return started;
        }
        finally
        {
            Durations.Record(
                time.GetElapsedTime(begun).TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }
}
