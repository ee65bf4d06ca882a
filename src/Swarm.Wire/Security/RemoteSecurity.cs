using System.Security.Cryptography;
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

    private readonly X509Certificate2 _own;
    private readonly X509Certificate2Collection _authorities;
    private readonly TimeProvider _time;

    private RemoteSecurity(X509Certificate2 own, X509Certificate2Collection authorities, TimeProvider time)
    {
        _own = own;
        _authorities = authorities;
        _time = time;
    }

    /// <summary>When the certificate of this process ends.</summary>
    public DateTimeOffset ValidUntil => _own.NotAfter;

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
    public static RemoteSecurity Load(TlsFiles files, PeerRole role, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(time);
        var authorities = Read(files.Authority, "certificate of the authority", path =>
        {
            var read = new X509Certificate2Collection();
            read.ImportFromPemFile(path);
            return read.Count > 0 ? read : throw new CryptographicException("there is none in it");
        });
        RefuseOthersReading(files.Key);
        var own = Read(
            files.Certificate, $"certificate with the key {files.Key}",
            path => X509Certificate2.CreateFromPemFile(path, files.Key));
        var between = new X509Certificate2Collection();
        between.ImportFromPemFile(files.Certificate);
        if (PeerCheck.FindFault(own, between, authorities, role, name: null, time.GetUtcNow()) is { } fault)
        {
            throw new TlsFilesException($"{files.Certificate} would be refused by every peer: {fault}");
        }

        return new RemoteSecurity(own, authorities, time);
    }

    /// <param name="refused">Told of each peer that is refused: its host and port, and why. On any thread.</param>
    public Setup Setup(Action<string, string> refused) => new DotNettySslSetup(
        _own, suppressValidation: false, requireMutualAuthentication: true,
        (peer, chain, who, _, _) => Take(peer, chain, who, refused));

    /// <inheritdoc/>
    public void Dispose() => _own.Dispose();

    // A peer that was dialled is told as an address, ssl.tcp://swarm@HOST:PORT; one that came by itself as HOST:PORT.
    private bool Take(X509Certificate2? peer, X509Chain? chain, string who, Action<string, string> refused)
    {
        var dialled = who.Contains("://", StringComparison.Ordinal) ? new Uri(who) : null;
        var between = chain?.ChainPolicy.ExtraStore ?? [];

        // A client that lost its connection is called back to be answered, wherever it is.
        var isNode = dialled is not null && dialled.UserInfo != ClientSystem;
        var role = isNode ? PeerRole.Server : PeerRole.Client;
        var name = isNode ? dialled!.DnsSafeHost : null;
        if (PeerCheck.FindFault(peer, between, _authorities, role, name, _time.GetUtcNow()) is not { } fault)
            return true;

        refused(dialled is null ? who : $"{dialled.Host}:{dialled.Port}", fault);
        return false;
    }

    private static T Read<T>(string path, string what, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or CryptographicException
            or ArgumentException)
        {
            throw new TlsFilesException($"{path} is no {what}: {cause.Message}", cause);
        }
    }

    private static void RefuseOthersReading(string key)
    {
        const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (File.Exists(key) && (File.GetUnixFileMode(key) & Others) != 0)
        {
            throw new TlsFilesException($"{key} is a private key that every user of this host can read: chmod 600 it");
        }
    }
}
