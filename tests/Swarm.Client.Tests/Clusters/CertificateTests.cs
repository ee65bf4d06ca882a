using Swarm.Core;
using Swarm.Core.Services;
using Swarm.Wire.Security;
using Swarm.Wire.Tests.Security;

namespace Swarm.Client.Tests.Clusters;

/// <summary>A client and a cluster that know each other by certificates.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly TestAuthority _ours = new("ours");
    private readonly TestAuthority _others = new("others");

    private TlsFiles OfClient => _ours.Write(TestAuthority.Node with { Purposes = [CertificateWish.Client] });

    public void Dispose()
    {
        _ours.Dispose();
        _others.Dispose();
    }

    [Fact]
    public async Task A_client_with_a_certificate_of_the_authority_is_answered()
    {
        await using var node = await Contact.StartAsync(Accept, files: _ours.Write(TestAuthority.Node));
        await using var client = Connect(node, OfClient, seconds: 60);

        Assert.True((await client.ScaleAsync(new ServiceName("web"), 3)).Changed);
    }

    [Fact]
    public async Task A_node_of_another_authority_is_refused_and_the_message_says_so()
    {
        await using var node = await Contact.StartAsync(Accept, files: _others.Write(TestAuthority.Node));
        await using var client = Connect(node, OfClient, seconds: 5);

        var failed = await Assert.ThrowsAsync<SwarmUnreachableException>(
            () => client.ScaleAsync(new ServiceName("web"), 3));

        Assert.Contains(
            $"{node.Address} was refused: its certificate 'CN=node' is not signed by this cluster's authority",
            failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_not_answered()
    {
        await using var node = await Contact.StartAsync(Accept, files: _ours.Write(TestAuthority.Node));
        await using var client = Connect(node, files: null, seconds: 3);

        await Assert.ThrowsAsync<SwarmUnreachableException>(() => client.ScaleAsync(new ServiceName("web"), 3));
    }

    [Fact]
    public async Task A_certificate_that_no_node_would_take_is_refused_before_it_is_shown()
    {
        var expired = _ours.Write(TestAuthority.Node with { Ends = TimeSpan.FromDays(-1) });
        await using var client = SwarmClient.Connect(new SwarmClientOptions { Tls = expired });

        var refused = await Assert.ThrowsAsync<TlsFilesException>(() => client.GetServicesAsync());

        Assert.Contains("has expired", refused.Message, StringComparison.Ordinal);
    }

    private static SwarmClient Connect(Contact node, TlsFiles? files, int seconds) => SwarmClient.Connect(
        new SwarmClientOptions
        {
            Contacts = [node.Address],
            Tls = files,
            Timeout = TimeSpan.FromSeconds(seconds),
        });

    private static ServiceAccepted? Accept(object message) =>
        message is ScaleService scale ? new ServiceAccepted(scale.Request, scale.Service, 2, Changed: true) : null;
}
