using System.Security.Cryptography.X509Certificates;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Remote.Transport.DotNetty;

namespace Swarm.Wire.Security;

/// <summary>Mutual TLS between actor systems: what this one shows, and whom it lets in.</summary>
/// <remarks>To be put into the actor system's setup and configuration, in nodes and clients alike.</remarks>
public sealed class RemoteSecurity : IDisposable
{
    /// <summary>The protocol of every address in a cluster with TLS.</summary>
    public const string Protocol = "akka.ssl.tcp";

    /// <summary>The protocol of every address in one without.</summary>
    public const string PlainProtocol = "akka.tcp";

    /// <summary>Name of every client's actor system; those of nodes have another.</summary>
    public const string ClientSystem = "swarm-client";

    private static string? Assembly => typeof(RemoteSecurity).Assembly.GetName().Name;

    private readonly TlsIdentity _identity;

    private RemoteSecurity(TlsIdentity identity) => _identity = identity;

    /// <summary>When the certificate of this process ends.</summary>
    public DateTimeOffset ValidUntil => _identity.Own.NotAfter;

    /// <summary>Akka's configuration that goes with <see cref="Setup"/>.</summary>
    public static Config Hocon { get; } = ConfigurationFactory.ParseString($$"""
        akka.remote.dot-netty.tcp {
          enable-ssl = on
          transport-class = "{{typeof(GuardedTransport).FullName}}, {{Assembly}}"
        }
        """);

    /// <summary>Reads the files, and sees that a peer would take them.</summary>
    /// <param name="role">What this process is going to be: a node is spoken to, a client only speaks first.</param>
    /// <exception cref="TlsFilesException">One of them cannot be read or used; the message names it.</exception>
    public static RemoteSecurity Load(TlsFiles files, PeerRole role, TimeProvider time) =>
        new(TlsIdentity.Load(files, role, time));

    /// <param name="refused">Told of each peer that is refused: its host and port, and why. On any thread.</param>
    public Setup Setup(Action<string, string> refused) => new DotNettySslSetup(
        _identity.Own, suppressValidation: false, requireMutualAuthentication: true,
        (peer, chain, who, _, _) => Take(peer, chain, who, refused));

    /// <inheritdoc/>
    public void Dispose() => _identity.Dispose();

    // A peer that was dialled is told as an address, ssl.tcp://swarm@HOST:PORT; one that came by itself as HOST:PORT.
    private bool Take(X509Certificate2? peer, X509Chain? chain, string who, Action<string, string> refused)
    {
        var dialled = who.Contains("://", StringComparison.Ordinal) ? new Uri(who) : null;

        // A client that lost its connection is called back to be answered, wherever it is.
        var isNode = dialled is not null && dialled.UserInfo != ClientSystem;
        var role = isNode ? PeerRole.Server : PeerRole.Client;
        var name = isNode ? dialled!.DnsSafeHost : null;
        if (_identity.FindFault(peer, chain, role, name) is not { } fault) return true;

        refused(dialled is null ? who : $"{dialled.Host}:{dialled.Port}", fault);
        return false;
    }
}
