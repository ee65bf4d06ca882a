using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Services;

/// <summary>What a periodic job remembers of its runs.</summary>
public sealed record RunHistory
{
    /// <summary>The number of the latest run; 0 before the first.</summary>
    [Key(0)] public long Last { get; init; }

    /// <summary>For the times of the schedule up to this one it was decided whether to run.</summary>
    [Key(1)] public DateTimeOffset DecidedTo { get; init; }

    /// <summary>Those under way and those kept, by their numbers.</summary>
    [Key(2)] public ImmutableArray<JobRun> Runs { get; init; } = [];

    internal IEnumerable<JobRun> UnderWay => Runs.Where(run => run.EndedAt is null);
}
