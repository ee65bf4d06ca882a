namespace Swarm.Cluster.Hosting;

/// <summary>When other nodes are taken to be lost, and when they are shut out of the cluster.</summary>
/// <remarks>The same on all nodes. What follows from each of them: docs/cluster.md.</remarks>
public sealed record FailureOptions
{
    /// <summary>How often nodes tell each other that they are there, 100 ms to 5 s.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a node may be silent beyond that and still count as there, 500 ms to 60 s: shorter finds
    /// a dead host sooner, and takes a busy one for dead more easily.</summary>
    public TimeSpan HeartbeatPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long it must have been the same who is out of reach before those are shut out and their entities
    /// move, 1 s to 5 min.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How much later than that entities begin on other nodes, zero to 5 min. Orders are fenced, so nothing
    /// has to be waited for; more only lets the side that was shut out end first.</summary>
    public TimeSpan RemovalMargin { get; init; } = TimeSpan.Zero;

    /// <summary>How long after its own start a node does not call another lost that it has not yet seen, zero to
    /// 1 h: hosts that start together do not come back at the same moment.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>What is wrong with these options, each in words that name it.</summary>
    internal IEnumerable<string> Check()
    {
        if (HeartbeatInterval <= TimeSpan.Zero) yield return $"heartbeat interval {HeartbeatInterval} is not positive";
        if (HeartbeatPause <= TimeSpan.Zero) yield return $"heartbeat pause {HeartbeatPause} is not positive";
        if (StableAfter <= TimeSpan.Zero) yield return $"stable-after {StableAfter} is not positive";
        if (RemovalMargin < TimeSpan.Zero) yield return $"removal margin {RemovalMargin} is negative";
        if (SettleTime < TimeSpan.Zero) yield return $"settle time {SettleTime} is negative";
    }
}
