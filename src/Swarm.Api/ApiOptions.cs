namespace Swarm.Api;

/// <summary>Settings of the HTTP interface.</summary>
/// <param name="SocketPath">The unix socket to listen on; at most 100 bytes.</param>
public sealed record ApiOptions(string SocketPath)
{
    /// <summary>Members of this group of the host may use the socket, when it exists. Others
    /// than root may not.</summary>
    public string Group { get; init; } = "swarm";

    /// <summary>Null: it is for this host alone.</summary>
    public TcpListening? Tcp { get; init; }
}
