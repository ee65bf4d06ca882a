using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Swarm.Wire.Security;

namespace Swarm.Api.Connections;

/// <summary>TLS on connections of other hosts, which show a certificate or are refused.</summary>
/// <remarks>Who reaches the interface rules the host: so there is no way to listen without.</remarks>
internal sealed partial class ClientCertificates(TlsIdentity node, ILogger<ClientCertificates> logger)
{
    private readonly SslStreamCertificateContext _own =
        SslStreamCertificateContext.Create(node.Own, node.Between, offline: true);

    /// <summary>Puts itself between a listener's connections and what serves them.</summary>
    public void Demand(ListenOptions listener)
    {
        // What takes a connection over counts on one request at a time.
        listener.Protocols = HttpProtocols.Http1;
        listener.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = handshake => ValueTask.FromResult(OptionsFor(handshake.Connection.RemoteEndPoint)),
        });
    }

    private SslServerAuthenticationOptions OptionsFor(EndPoint? client) => new()
    {
        ServerCertificateContext = _own,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateRequired = true,
        CertificateChainPolicy = node.TrustOnly(),
        RemoteCertificateValidationCallback =
            (_, shown, chain, _) => IsTaken(client, shown as X509Certificate2, chain),
        AllowRenegotiation = false,
        AllowTlsResume = false, // each connection is looked at anew
    };

    private bool IsTaken(EndPoint? client, X509Certificate2? shown, X509Chain? chain)
    {
        if (node.FindFault(shown, chain, PeerRole.Client, name: null) is not { } fault) return true;
        LogRefused(client, fault);
        return false;
    }

    [LoggerMessage(LogLevel.Warning, "A client at {Address} was refused: {Fault}")]
    private partial void LogRefused(EndPoint? address, string fault);
}
