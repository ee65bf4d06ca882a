namespace Swarm.Linux.Networking;

/// <summary>Rules that the packet filter did not take: its own words, with the place in the commands.</summary>
public sealed class NftablesException(string message, Exception? cause = null) : IOException(message, cause);
