using Swarm.Linux.Networking;

namespace Swarm.Linux.Tests.Networking;

public sealed class NetworkNamespaceTests : IDisposable
{
    private readonly TestNamespace _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void What_runs_in_a_new_namespace_sees_only_that_one_and_the_thread_comes_back()
    {
        var path = _host.PathOf("inside");
        var (inside, after) = _host.Run(() =>
        {
            using var links = new Rtnetlink();
            links.CreateBridge("br0", "02:42:0a:00:00:01", 1500);
            var seen = NetworkNamespace.Create(path, own =>
            {
                own.Dispose();
                return BridgeIsSeen();
            });
            return (seen, BridgeIsSeen());
        });

        Assert.False(inside);
        Assert.True(after);
        Assert.True(NetworkNamespace.IsMounted(path));
    }

    [Fact]
    public void A_failure_in_a_new_namespace_leaves_no_file_and_the_thread_at_home()
    {
        var path = _host.PathOf("inside");
        _host.Run(() => new Rtnetlink().CreateBridge("br0", "02:42:0a:00:00:01", 1500));

        Assert.Throws<InvalidDataException>(() =>
            _host.Run(() => NetworkNamespace.Create<bool>(path, _ => throw new InvalidDataException())));

        Assert.False(File.Exists(path));
        Assert.True(_host.Run(BridgeIsSeen));
    }

    [Fact]
    public void A_namespace_is_not_made_over_another()
    {
        var refused = Assert.Throws<LinuxException>(() =>
            _host.Run(() => NetworkNamespace.Create(_host.File, _ => true)));

        Assert.Equal(Errno.EEXIST, refused.Number);
        Assert.True(NetworkNamespace.IsMounted(_host.File));
    }

    [Fact]
    public void A_file_without_a_namespace_is_told_apart_and_removed_and_nothing_is_nothing()
    {
        var path = _host.PathOf("empty");
        File.WriteAllText(path, "");

        Assert.False(NetworkNamespace.IsMounted(path));
        NetworkNamespace.Remove(path);
        NetworkNamespace.Remove(path);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_thread_that_cannot_enter_its_namespace_says_so_to_everyone_who_asks()
    {
        using var thread = new NetworkThread("lost", _host.PathOf("missing"));

        var refused = await Assert.ThrowsAsync<LinuxException>(() =>
            thread.InvokeAsync(() => 1, CancellationToken.None));

        Assert.Equal(Errno.ENOENT, refused.Number);
    }

    private static bool BridgeIsSeen()
    {
        using var links = new Rtnetlink();
        return links.FindLink("br0") is not null;
    }
}
