using Swarm.Core.Clients;

namespace Swarm.Wire;

/// <summary>The largest values that are written. The transport would drop a larger message
/// without a word to its sender.</summary>
public static class WireLimits
{
    /// <summary>Between clients and the cluster, in bytes.</summary>
    public const int ClientBytes = Gateway.MaxMessageBytes;

    /// <summary>Between nodes, in bytes; the transport's frame (<c>maximum-frame-size</c>)
    /// leaves 10 KB more for envelopes.</summary>
    public const int NodeBytes = 240 * 1024;

    /// <summary>Events and snapshots in the journal, in bytes.</summary>
    public const int StoredBytes = 16 * 1024 * 1024;
}
