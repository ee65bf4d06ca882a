using Nerdbank.MessagePack;

namespace Swarm.Core.Services;

/// <summary>How a job runs, beyond how many tasks it has.</summary>
public sealed record JobPolicy
{
    /// <summary>A task that runs longer is stopped and counts as failed; zero means no limit.</summary>
    [Key(0)] public TimeSpan Timeout { get; init; }

    /// <summary>When it runs again and again; null means once, when it is deployed.</summary>
    [Key(1)] public JobSchedule? Schedule { get; init; }

    /// <summary>How long an ended job, or an ended run of a periodic one, is kept; null means until it is
    /// removed.</summary>
    [Key(2)] public TimeSpan? KeepFor { get; init; }

    /// <summary>Ended runs of a periodic job that are kept in its history: 0 to 100.</summary>
    [Key(3)] public int RunsKept { get; init; } = 5;
}

/// <summary>The times at which a periodic job runs.</summary>
public sealed record JobSchedule
{
    /// <summary>Five fields as crontab has them, or six with seconds first.</summary>
    [Key(0)] public required string Cron { get; init; }

    /// <summary>An IANA name, as <c>Europe/Zurich</c>, in whose local time the fields are read.</summary>
    [Key(1)] public string TimeZone { get; init; } = "UTC";

    [Key(2)] public OverlapPolicy Overlap { get; init; } = OverlapPolicy.Forbid;

    /// <summary>No run begins until this is taken back.</summary>
    [Key(3)] public bool Suspended { get; init; }
}

/// <summary>What happens when a run is due while the one before is still under way.</summary>
public enum OverlapPolicy
{
    /// <summary>The new one is left out.</summary>
    Forbid = 0,

    /// <summary>Both run.</summary>
    Allow = 1,

    /// <summary>The old one is stopped.</summary>
    Replace = 2,
}
