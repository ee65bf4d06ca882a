using Swarm.Wire.Security;

namespace Swarm.Wire.Tests.Security;

public sealed class RemoteSecurityTests : IDisposable
{
    private readonly TestAuthority _ours = new("ours");
    private readonly TestAuthority _theirs = new("theirs");

    [Fact]
    public void Files_of_one_authority_are_taken()
    {
        using var security = Load(_ours.Write(TestAuthority.Node));

        Assert.InRange(security.ValidUntil, TestAuthority.Now.AddDays(1), TestAuthority.Now.AddDays(3));
    }

    [Fact]
    public void A_key_that_every_user_can_read_is_refused()
    {
        var files = _ours.Write(TestAuthority.Node);
        File.SetUnixFileMode(files.Key, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        Assert.Contains("chmod 600", Refuse(files), StringComparison.Ordinal);
    }

    [Fact]
    public void What_every_peer_would_refuse_is_refused_at_the_start()
    {
        var expired = TestAuthority.Node with { Ends = TimeSpan.FromHours(-1) };

        Assert.Contains("expired", Refuse(_ours.Write(expired)), StringComparison.Ordinal);
        var strange = _theirs.Write(TestAuthority.Node) with { Authority = _ours.Write(TestAuthority.Node).Authority };
        Assert.Contains("'CN=theirs'", Refuse(strange), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_or_no_certificate_or_another_key_is_named()
    {
        var good = _ours.Write(TestAuthority.Node);
        var other = _ours.Write(TestAuthority.Node);

        Assert.Contains("/none", Refuse(good with { Authority = "/none" }), StringComparison.Ordinal);
        Assert.Contains("/none", Refuse(good with { Certificate = "/none" }), StringComparison.Ordinal);
        Assert.Contains("/none", Refuse(good with { Key = "/none" }), StringComparison.Ordinal);
        Assert.Contains(other.Key, Refuse(good with { Key = other.Key }), StringComparison.Ordinal);
        Assert.Contains(good.Key, Refuse(good with { Authority = good.Key }), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    private static RemoteSecurity Load(TlsFiles files) =>
        RemoteSecurity.Load(files, PeerRole.Server, TimeProvider.System);

    private static string Refuse(TlsFiles files) => Assert.Throws<TlsFilesException>(() => Load(files)).Message;
}
