using Swarm.Linux.Networking;

namespace Swarm.Linux.Tests.Networking;

public sealed class NftablesTests : IDisposable
{
    private readonly TestNamespace _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Commands_are_carried_out_and_their_output_returned() => _host.Run(() =>
    {
        using var rules = new Nftables();
        rules.Run("add table ip one; add chain ip one two");
        Assert.Contains("chain two", rules.Run("list table ip one"), StringComparison.Ordinal);
        return true;
    });

    [Fact]
    public void A_refused_command_is_quoted_and_none_of_those_with_it_is_carried_out() => _host.Run(() =>
    {
        using var rules = new Nftables();

        var refused = Assert.Throws<NftablesException>(() => rules.Run("add table ip one\nadd chain ip missing two"));

        Assert.Contains("missing", refused.Message, StringComparison.Ordinal);
        Assert.Equal("", rules.Run("list ruleset"));
        return true;
    });

    [Fact]
    public void A_setting_is_written_in_the_namespace_of_the_thread_and_a_missing_one_is_told()
    {
        Assert.True(_host.Run(() => Sysctl.Write("ipv4/ip_default_ttl", "77")));
        Assert.Equal("77", _host.Run(() => Sysctl.Read("ipv4/ip_default_ttl")));
        Assert.NotEqual("77", Sysctl.Read("ipv4/ip_default_ttl"));
        Assert.False(_host.Run(() => Sysctl.Write("ipv4/no_such_setting", "1")));
        Assert.Throws<LinuxException>(() => _host.Run(() => Sysctl.Write("ipv4/ip_default_ttl", "many")));
    }
}
