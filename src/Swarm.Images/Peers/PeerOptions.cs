using Swarm.Core;
using Swarm.Core.Images;

namespace Swarm.Images.Peers;

/// <summary>How blobs move between nodes.</summary>
public sealed record PeerOptions
{
    /// <summary>Bytes a second that are sent to others, all together; zero: no limit. Default 0.</summary>
    public Bytes RateMax { get; init; } = Bytes.Zero;

    /// <summary>How much of one blob is asked for at a time.</summary>
    public TransferLimits Limits { get; init; } = new();

    /// <summary>A node from which nothing comes for so long is not waited for. Default 10 s.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a piece has come before it is looked at how fast it does, and each time after that. Default
    /// 10 s.</summary>
    public TimeSpan SlowAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A blob of which no piece came for so long, and that nobody is known to have whole, is given up.
    /// Default 15 s.</summary>
    public TimeSpan PatienceMax { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often those who lack some of a blob are asked what they have now. Default 250 ms.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long what came of a blob is kept for going on after its fetch has failed. Default 24 h.</summary>
    public TimeSpan PartsKeptFor { get; init; } = TimeSpan.FromHours(24);
}
