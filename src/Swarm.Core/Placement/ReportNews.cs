namespace Swarm.Core.Placement;

/// <summary>What a node's report says that the one before did not.</summary>
[Flags]
public enum ReportNews
{
    None = 0,

    /// <summary>Something that waits for a place may have one now.</summary>
    MoreRoom = 1,

    /// <summary>Rules of placement may allow other nodes than before.</summary>
    OtherNodes = 2,

    /// <summary>The node takes tasks, and did not before: it is new, back, or active again.</summary>
    Arrived = 4,
}
