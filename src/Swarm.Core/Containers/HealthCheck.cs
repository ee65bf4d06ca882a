using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Containers;

/// <summary>A command that tells whether the container does its work (docker: HEALTHCHECK).</summary>
/// <param name="Test"><c>CMD a b</c>, <c>CMD-SHELL line</c> or <c>NONE</c>, as in the image configuration.</param>
public sealed record HealthCheck([property: Key(0)] ImmutableArray<string> Test)
{
    private static readonly HealthCheck Usual = new([]);

    [Key(1)] public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    [Key(2)] public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    [Key(3)] public int Retries { get; init; } = 3;

    /// <summary>Failures within this time after the start do not count.</summary>
    [Key(4)] public TimeSpan StartPeriod { get; init; }

    /// <summary>Time between probes within the start period.</summary>
    [Key(5)] public TimeSpan StartInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What of these was said, be it no other than what holds where nothing is: so it is shown.</summary>
    [Key(6)] public HealthTerms Said { get; init; }

    /// <summary>Whether the check of the image is switched off.</summary>
    public bool IsDisabled => Test is ["NONE"];

    /// <summary>A term as it is to be shown or written.</summary>
    /// <returns>Null where it is the default and was not said.</returns>
    public TimeSpan? Told(HealthTerms term)
    {
        var (time, otherwise) = (TimeOf(term), Usual.TimeOf(term));
        return time != otherwise || (Said.HasFlag(term) && time > TimeSpan.Zero) ? time : null;
    }

    /// <summary>The retries as they are to be shown or written.</summary>
    /// <returns>Null where they are the default and were not said.</returns>
    public int? ToldRetries() => Retries != Usual.Retries || Said.HasFlag(HealthTerms.Retries) ? Retries : null;

    private TimeSpan TimeOf(HealthTerms term) => term switch
    {
        HealthTerms.Interval => Interval,
        HealthTerms.Timeout => Timeout,
        HealthTerms.StartPeriod => StartPeriod,
        HealthTerms.StartInterval => StartInterval,
        _ => throw new ArgumentOutOfRangeException(nameof(term), term, "is no time"),
    };
}
