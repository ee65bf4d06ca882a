namespace Swarm.Core.Membership;

/// <summary>Whether a process has run for long enough without a pause that what it has seen of others holds.</summary>
/// <remarks>
/// Pure; times are of a clock that never goes back and counts while the process, or its host, stands still. When it
/// goes on after a while it has seen nobody go, and may have been shut out and outlived: it knows nothing until it has
/// had the time to miss the others.
/// </remarks>
public sealed record Steadiness
{
    private Steadiness(TimeSpan tolerated, TimeSpan noticesWithin, TimeSpan now) =>
        (Tolerated, NoticesWithin, LastBeat) = (tolerated, noticesWithin, now);

    /// <summary>How often it is to be told that the process runs.</summary>
    public static TimeSpan BeatEvery => TimeSpan.FromMilliseconds(200);

    /// <summary>A pause that is no longer goes unnoticed by others, too.</summary>
    public TimeSpan Tolerated { get; }

    /// <summary>Whoever is gone is missed within so long.</summary>
    public TimeSpan NoticesWithin { get; }

    private TimeSpan LastBeat { get; init; }

    /// <summary>When it went on after the last pause.</summary>
    private TimeSpan? WentOnAt { get; init; }

    /// <param name="heartbeatInterval">How often nodes tell each other that they are there.</param>
    /// <param name="heartbeatPause">How long they may be silent beyond that.</param>
    public static Steadiness Begin(TimeSpan heartbeatInterval, TimeSpan heartbeatPause, TimeSpan now)
    {
        // Half of what they may be silent, but never so little that a busy host is taken for one that stood still:
        // to be shut out takes more than a second by any settings.
        var second = TimeSpan.FromSeconds(1);
        var tolerated = heartbeatPause / 2 > second ? heartbeatPause / 2 : second;
        return new Steadiness(tolerated, heartbeatInterval + heartbeatPause + second, now);
    }

    /// <summary>The process runs.</summary>
    public Steadiness Beat(TimeSpan now) =>
        this with { LastBeat = now, WentOnAt = now - LastBeat > Tolerated ? now : WentOnAt };

    /// <summary>Whether it has seen what there was to be seen, also where the beat after a pause has yet to
    /// come.</summary>
    public bool IsSteady(TimeSpan now) => now - LastBeat <= Tolerated && !(now - WentOnAt < NoticesWithin);
}
