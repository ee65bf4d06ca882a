using System.Net;
using Swarm.Wire.Security;

namespace Swarm.Api;

/// <summary>Where the HTTP interface listens for other hosts: with TLS, and for clients with a certificate
/// only.</summary>
/// <param name="Address">An address of this host, or of all of its devices; with a port.</param>
/// <param name="Files">The node's certificate, and the authority that signs those of clients.</param>
public sealed record TcpListening(IPEndPoint Address, TlsFiles Files);
