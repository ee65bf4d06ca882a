using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Services;

/// <summary>How far a job is.</summary>
/// <param name="Completed">Slots whose task ended with exit code 0.</param>
/// <param name="GivenUp">Slots whose tasks failed and are not tried again.</param>
/// <param name="Ended">Nothing of it will run any more.</param>
/// <param name="ExitCode">Once it has ended: 0 when all completed, else that of a task that
/// failed; null when that is not known.</param>
public sealed record JobStatus(
    [property: Key(0)] int Completed, [property: Key(1)] int GivenUp, [property: Key(2)] bool Ended,
    [property: Key(3)] int? ExitCode)
{
    /// <summary>When the next run of a periodic job is due; null when none is.</summary>
    [Key(4)] public DateTimeOffset? NextRun { get; init; }

    /// <summary>The runs of a periodic job that are kept, the latest last.</summary>
    [Key(5)] public ImmutableArray<JobRun> Runs { get; init; } = [];

    /// <summary>Why a periodic job that is not suspended has no next run; empty when it has one.</summary>
    [Key(6)] public string Reason { get; init; } = "";
}

/// <summary>One run of a periodic job.</summary>
/// <param name="Number">1 for the first run of the service.</param>
/// <param name="DueAt">The time of its schedule that it stands for.</param>
/// <param name="EndedAt">Null while it runs.</param>
/// <param name="ExitCode">As in <see cref="JobStatus"/>; null until it ended.</param>
/// <param name="Reason">Why it did not end well.</param>
public sealed record JobRun(
    [property: Key(0)] long Number, [property: Key(1)] DateTimeOffset DueAt,
    [property: Key(2)] DateTimeOffset StartedAt, [property: Key(3)] DateTimeOffset? EndedAt,
    [property: Key(4)] int? ExitCode, [property: Key(5)] string Reason = "")
{
    /// <summary>How many times of the schedule were left out because this run was under way.</summary>
    [Key(6)] public int LeftOut { get; init; }

    /// <summary>A client asked for it, not the schedule.</summary>
    [Key(7)] public bool AskedFor { get; init; }
}
