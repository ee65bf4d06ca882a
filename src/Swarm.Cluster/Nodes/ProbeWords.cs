using System.Globalization;

namespace Swarm.Cluster.Nodes;

/// <summary>What is said of probes of health, in Docker's words: people and their monitors look for them.</summary>
internal static class ProbeWords
{
    /// <param name="output">What it had said by then.</param>
    public static string TimedOut(TimeSpan timeout, string output)
    {
        var shown = timeout switch
        {
            { TotalSeconds: < 1 } => Invariant($"{timeout.TotalMilliseconds:0.###}ms"),
            { TotalMinutes: < 1 } => Invariant($"{timeout.TotalSeconds:0.###}s"),
            { TotalHours: < 1 } => Invariant($"{timeout.Minutes}m{timeout.Seconds}s"),
            _ => Invariant($"{(int)timeout.TotalHours}h{timeout.Minutes}m{timeout.Seconds}s"),
        };
        return $"Health check exceeded timeout ({shown})" + (output.Length > 0 ? $": {output}" : "");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
