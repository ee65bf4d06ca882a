using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Swarm.Wire.Security;

namespace Swarm.Wire.Tests.Security;

/// <summary>An authority in a folder of its own, which makes certificates as deploy/certs does.</summary>
internal sealed class TestAuthority : IDisposable
{
    public static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-tls").FullName;
    private readonly X509Certificate2 _authority;

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
        File.WriteAllText($"{_folder}/ca.crt", _authority.ExportCertificatePem());
    }

    public X509Certificate2Collection Itself => [_authority];

    public static CertificateWish Node => new();

    public X509Certificate2 Make(CertificateWish wish)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={wish.Name}", key, HashAlgorithmName.SHA256);
        var addresses = new SubjectAlternativeNameBuilder();
        addresses.AddIpAddress(IPAddress.Parse(wish.Address));
        request.CertificateExtensions.Add(addresses.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(wish.Usage, true));
        OidCollection purposes = [];
        foreach (var purpose in wish.Purposes) purposes.Add(new Oid(purpose));
        if (purposes.Count > 0) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, false));
        var serial = RandomNumberGenerator.GetBytes(8);
        using var signed = request.Create(_authority, Now + wish.Begins, Now + wish.Ends, serial);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Writes a certificate and its key into files.</summary>
    public TlsFiles Write(CertificateWish wish)
    {
        using var made = Make(wish);
        var at = $"{_folder}/{Guid.NewGuid():N}";
        File.WriteAllText($"{at}.crt", made.ExportCertificatePem());
        using var key = made.GetECDsaPrivateKey()!;
        File.WriteAllText($"{at}.key", key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode($"{at}.key", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new TlsFiles($"{_folder}/ca.crt", $"{at}.crt", $"{at}.key");
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

internal sealed record CertificateWish
{
    public const string Server = "1.3.6.1.5.5.7.3.1";
    public const string Client = "1.3.6.1.5.5.7.3.2";

    public string Name { get; init; } = "node";

    public string Address { get; init; } = "127.0.0.1";

    public TimeSpan Begins { get; init; } = TimeSpan.FromDays(-2);

    public TimeSpan Ends { get; init; } = TimeSpan.FromDays(2);

    public X509KeyUsageFlags Usage { get; init; } = X509KeyUsageFlags.DigitalSignature;

    public string[] Purposes { get; init; } = [Server, Client];
}
