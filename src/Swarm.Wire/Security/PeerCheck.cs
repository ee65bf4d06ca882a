using System.Security.Cryptography.X509Certificates;

namespace Swarm.Wire.Security;

/// <summary>What the owner of a certificate may do, as its extended key usage tells.</summary>
public enum PeerRole
{
    /// <summary>Be spoken to: only nodes may.</summary>
    Server,

    /// <summary>Speak first: nodes and clients may.</summary>
    Client,
}

/// <summary>Whether a peer's certificate is one of this cluster's.</summary>
/// <remarks>
/// Only the authorities given count, not those the host trusts. Revocation is not looked up: who shall be shut out
/// before a certificate ends needs another authority. Drawn in docs/cluster.md.
/// </remarks>
public static class PeerCheck
{
    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    private const string ClientPurpose = "1.3.6.1.5.5.7.3.2";

    /// <param name="peer">What the peer has shown; null when it showed nothing.</param>
    /// <param name="between">Certificates that came along, and may stand between it and an authority.</param>
    /// <param name="name">The host name or address that was dialled; null where the peer came by itself.</param>
    /// <returns>Why the peer is refused; null when it is one of this cluster's.</returns>
    public static string? FindFault(
        X509Certificate2? peer, X509Certificate2Collection between, X509Certificate2Collection authorities,
        PeerRole role, string? name, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        if (peer is null) return "it showed no certificate";

        var who = $"its certificate '{peer.Subject}'";
        if (now < peer.NotBefore) return $"{who} is not valid before {peer.NotBefore.ToUniversalTime():u}";
        if (now > peer.NotAfter) return $"{who} has expired at {peer.NotAfter.ToUniversalTime():u}";
        if (!May(peer, role))
        {
            return $"{who} is not made for a {(role == PeerRole.Server ? "node (server" : "client (client")} "
                + "authentication)";
        }

        if (FindChainFault(peer, between, authorities, now) is { } fault) return $"{who} {fault}";
        return name is null || peer.MatchesHostname(name, allowWildcards: false, allowCommonName: false)
            ? null
            : $"{who} is not for {name}";
    }

    private static bool May(X509Certificate2 certificate, PeerRole role)
    {
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().SingleOrDefault();
        if (usage is not null && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature)) return false;

        var purpose = role == PeerRole.Server ? ServerPurpose : ClientPurpose;
        return certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .Any(extended => extended.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>()
                .Any(known => known.Value == purpose));
    }

    private static string? FindChainFault(
        X509Certificate2 peer, X509Certificate2Collection between, X509Certificate2Collection authorities,
        DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(between);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        if (chain.Build(peer)) return null;

        var statuses = chain.ChainStatus.Select(status => status.Status).ToArray();
        return statuses.Any(status =>
            status is X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain)
            ? $"is not signed by this cluster's authority but by '{peer.Issuer}'"
            : $"is not to be trusted: {string.Join(", ", statuses)}";
    }
}
