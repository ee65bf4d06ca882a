namespace Swarm.Cluster.Copies;

/// <summary>How many copies of images are kept, and when. What can be set stands in config/reference.conf.</summary>
public sealed record CopyOptions
{
    /// <summary>Nodes that shall have each image. 1 to 100; 1 copies nothing.</summary>
    public int Copies { get; init; } = 2;

    /// <summary>How long a node must be away before what it had is copied. A restart must not cost that.</summary>
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often all images are looked after though nothing happened: it heals what was lost.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>When they are, after a node has come: what it has is known by then.</summary>
    public TimeSpan SettleFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long changes of the store are gathered.</summary>
    public TimeSpan GatherFor { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>When what was not acknowledged is told again.</summary>
    public TimeSpan TellAgainAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node takes no copy of an image that it has failed to fetch.</summary>
    public TimeSpan RefuseFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Told to entities at a time, each <see cref="TellAgainAfter"/>.</summary>
    public int ToldAtOnce { get; init; } = 100;

    /// <summary>How often an entity is told that does not acknowledge it.</summary>
    public int ToldTimesMax { get; init; } = 12;

    /// <summary>Copies fetched at a time.</summary>
    public int ParallelFetches { get; init; } = 2;

    /// <summary>Copies that wait to be fetched; more are refused, and chosen anew later.</summary>
    public int FetchesMax { get; init; } = 1000;

    /// <summary>Bytes of the disk that copies leave free.</summary>
    public Core.Bytes DiskReserve { get; init; } = Core.Bytes.FromMebibytes(1024);

    /// <summary>Copies do not bring the disk up to this watermark; null where there is none.</summary>
    public Core.Nodes.DiskMark? Below { get; init; }
}
