namespace Swarm.Images.Peers;

/// <summary>What other nodes were asked for and did not give; the message names it and them.</summary>
public sealed class PeerException(string message, Exception? cause = null) : IOException(message, cause)
{
    /// <summary>It was on its way, so slowly that it was given up.</summary>
    internal bool IsSlow { get; init; }
}
