using Swarm.Wire.Security;

namespace Swarm.Api.Web;

/// <summary>Where a node's HTTP server on TCP listens.</summary>
/// <param name="BindAddress">Address or host name to listen on.</param>
/// <param name="Port">0 to 65535; 0 takes a free one.</param>
/// <param name="Hostname">Address or name at which others reach it.</param>
public sealed record WebOptions(string BindAddress, int Port, string Hostname)
{
    /// <summary>How it shows itself; null speaks in the clear, on the loopback alone.</summary>
    public TlsFiles? Tls { get; init; }
}
