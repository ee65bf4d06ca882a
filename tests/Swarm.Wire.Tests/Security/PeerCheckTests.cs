using System.Security.Cryptography.X509Certificates;
using Swarm.Wire.Security;

namespace Swarm.Wire.Tests.Security;

public sealed class PeerCheckTests : IDisposable
{
    private readonly TestAuthority _ours = new("ours");
    private readonly TestAuthority _theirs = new("theirs");

    [Fact]
    public void A_node_of_this_cluster_is_let_in_whoever_spoke_first()
    {
        Assert.Null(Find(TestAuthority.Node, PeerRole.Server, "127.0.0.1"));
        Assert.Null(Find(TestAuthority.Node, PeerRole.Client, name: null));
    }

    [Fact]
    public void Who_shows_nothing_is_refused() =>
        Assert.Equal(
            "it showed no certificate",
            PeerCheck.FindFault(null, [], _ours.Itself, PeerRole.Client, null, TestAuthority.Now));

    [Fact]
    public void A_certificate_of_another_authority_is_refused_and_the_authority_named()
    {
        using var stranger = _theirs.Make(TestAuthority.Node);

        var fault = PeerCheck.FindFault(
            stranger, _theirs.Itself, _ours.Itself, PeerRole.Client, null, TestAuthority.Now);

        Assert.Equal(
            "its certificate 'CN=node' is not signed by this cluster's authority but by 'CN=theirs'", fault);
    }

    [Fact]
    public void A_certificate_that_only_claims_to_be_of_this_authority_is_refused()
    {
        using var impostor = new TestAuthority("ours");
        using var forged = impostor.Make(TestAuthority.Node);

        Assert.NotNull(PeerCheck.FindFault(
            forged, impostor.Itself, _ours.Itself, PeerRole.Client, null, TestAuthority.Now));
    }

    [Fact]
    public void A_certificate_that_signs_itself_is_refused()
    {
        Assert.NotNull(PeerCheck.FindFault(
            _theirs.Itself[0], [], _ours.Itself, PeerRole.Server, "127.0.0.1", TestAuthority.Now));
    }

    [Theory]
    [InlineData(-2, -1, "expired")]
    [InlineData(1, 2, "not valid before")]
    public void A_certificate_out_of_its_time_is_refused(int begins, int ends, string why)
    {
        var wish = TestAuthority.Node with { Begins = TimeSpan.FromDays(begins), Ends = TimeSpan.FromDays(ends) };

        Assert.Contains(why, Find(wish, PeerRole.Client, name: null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_does_not_pass_for_a_node()
    {
        var client = TestAuthority.Node with { Purposes = [CertificateWish.Client] };

        Assert.Null(Find(client, PeerRole.Client, name: null));
        Assert.Contains("a node", Find(client, PeerRole.Server, "127.0.0.1"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_says_nothing_of_its_use_or_another_one_is_refused()
    {
        Assert.NotNull(Find(TestAuthority.Node with { Purposes = [] }, PeerRole.Client, name: null));
        Assert.NotNull(Find(
            TestAuthority.Node with { Usage = X509KeyUsageFlags.CrlSign }, PeerRole.Client, name: null));
    }

    [Fact]
    public void A_node_that_was_dialled_must_be_the_one_meant()
    {
        Assert.Contains(
            "is not for 10.0.0.9", Find(TestAuthority.Node, PeerRole.Server, "10.0.0.9"), StringComparison.Ordinal);

        // The subject is for people, and not looked at.
        Assert.NotNull(Find(TestAuthority.Node with { Name = "10.0.0.9" }, PeerRole.Server, "10.0.0.9"));
    }

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    private string? Find(CertificateWish wish, PeerRole role, string? name)
    {
        using var certificate = _ours.Make(wish);
        return PeerCheck.FindFault(certificate, [], _ours.Itself, role, name, TestAuthority.Now);
    }
}
