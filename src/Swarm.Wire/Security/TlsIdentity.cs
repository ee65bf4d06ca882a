using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Wire.Security;

/// <summary>What a process shows of itself by TLS, and whom it takes for one of its own.</summary>
public sealed class TlsIdentity : IDisposable
{
    private readonly X509Certificate2Collection _authorities;
    private readonly TimeProvider _time;

    private TlsIdentity(
        X509Certificate2 own, X509Certificate2Collection between, X509Certificate2Collection authorities,
        TimeProvider time)
    {
        Own = own;
        Between = between;
        _authorities = authorities;
        _time = time;
    }

    /// <summary>Its certificate, with its private key.</summary>
    public X509Certificate2 Own { get; }

    /// <summary>Those that stand between its certificate and an authority, and are shown with it.</summary>
    public X509Certificate2Collection Between { get; }

    /// <summary>Reads the files, and sees that a peer would take them.</summary>
    /// <param name="role">What this process is going to be: one that is spoken to, or one that only speaks
    /// first.</param>
    /// <exception cref="TlsFilesException">One of them cannot be read or used; the message names it.</exception>
    public static TlsIdentity Load(TlsFiles files, PeerRole role, TimeProvider time)
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
            own.Dispose();
            throw new TlsFilesException($"{files.Certificate} would be refused by every peer: {fault}");
        }

        between.RemoveAt(0); // the first of the file is its own
        return new TlsIdentity(own, between, authorities, time);
    }

    /// <summary>Why a peer is refused; null when it is one of its own.</summary>
    /// <param name="peer">What the peer has shown; null when it showed nothing.</param>
    /// <param name="chain">What the handshake has made of it, with the certificates that came along.</param>
    /// <param name="name">The host name or address that was dialled; null where the peer came by itself.</param>
    public string? FindFault(X509Certificate2? peer, X509Chain? chain, PeerRole role, string? name) =>
        PeerCheck.FindFault(
            peer, chain?.ChainPolicy.ExtraStore ?? [], _authorities, role, name, _time.GetUtcNow());

    /// <summary>How a handshake looks at what a peer has shown: nothing is asked of other hosts for it.</summary>
    public X509ChainPolicy TrustOnly()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }

    /// <inheritdoc/>
    public void Dispose() => Own.Dispose();

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
