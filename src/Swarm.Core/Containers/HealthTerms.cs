namespace Swarm.Core.Containers;

/// <summary>The terms on which a container is probed.</summary>
[Flags]
public enum HealthTerms
{
    None = 0,
    Interval = 1,
    Timeout = 2,
    Retries = 4,
    StartPeriod = 8,
    StartInterval = 16,
}

/// <summary>Reading of them.</summary>
public static class HealthTermsReading
{
    private static readonly HealthTerms[] All =
    [
        HealthTerms.Interval, HealthTerms.Timeout, HealthTerms.Retries, HealthTerms.StartPeriod,
        HealthTerms.StartInterval,
    ];

    /// <param name="isSaid">Gets the name of a term as image configurations have it.</param>
    public static HealthTerms Said(Func<string, bool> isSaid) => All.Aggregate(
        HealthTerms.None, (said, term) => isSaid(term.ToString()) ? said | term : said);
}
