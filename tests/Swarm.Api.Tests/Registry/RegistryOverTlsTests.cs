using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Api.Web;
using Swarm.Wire.Security;
using Swarm.Wire.Tests.Security;

namespace Swarm.Api.Tests.Registry;

/// <summary>The registry as other hosts reach it: by the node's server, over TLS.</summary>
public sealed class RegistryOverTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new("cluster");
    private readonly DirectoryInfo _certificates = Directory.CreateTempSubdirectory("swarm-certs-");

    public void Dispose()
    {
        _authority.Dispose();
        _certificates.Delete(recursive: true);
    }

    [Fact]
    public async Task Skopeo_pushes_with_a_password_or_a_certificate_of_the_cluster_and_not_without()
    {
        await using var node = await ServedRegistry.StartAsync(ServedRegistry.Settings.With("ann ** pull,push"));
        node.Client.DefaultRequestHeaders.TryAddWithoutValidation(
            "Authorization", ServedRegistry.Basic("ann", "secret"));
        await node.PushAsync("web", "1", Artifact.Image("encrypted"));
        var files = _authority.Write(TestAuthority.Node);
        using var identity = TlsIdentity.Load(files, PeerRole.Server, TimeProvider.System);
        using var listener = WebListener.Open(new WebOptions("127.0.0.1", 0, "127.0.0.1") { Tls = files });
        await using var server = await WebServer.StartAsync(
            listener, identity, "1", [node.Routes], NullLoggerFactory.Instance, CancellationToken.None);
        File.Copy(files.Authority, Path.Combine(_certificates.FullName, "ca.crt"));
        string[] copy =
        [
            "--src-tls-verify=false", "--src-creds", "ann:secret", "--dest-cert-dir", _certificates.FullName,
            $"docker://{node.Client.BaseAddress!.Authority}/web:1", $"docker://{listener.Address.Authority}/copy:1",
        ];

        var withPassword = await Skopeo.CopyAsync(["--dest-creds", "ann:secret", .. copy]);
        var without = await Skopeo.CopyAsync(["--dest-no-creds", .. copy]);
        File.Copy(files.Certificate, Path.Combine(_certificates.FullName, "node.cert"));
        File.Copy(files.Key, Path.Combine(_certificates.FullName, "node.key"));
        var withCertificate = await Skopeo.CopyAsync(["--dest-no-creds", .. copy]);

        Assert.Equal((0, 1, 0), (withPassword, without, withCertificate));
    }
}
