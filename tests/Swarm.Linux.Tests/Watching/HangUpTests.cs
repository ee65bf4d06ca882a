using System.Net.Sockets;
using Swarm.Linux.Watching;

namespace Swarm.Linux.Tests.Watching;

public sealed class HangUpTests : IDisposable
{
    private static readonly TimeSpan Waiting = Patience.Seconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarmhangup");
    private readonly DescriptorWatch _watch = new("hang-ups of a test");
    private readonly ManualResetEventSlim _told = new();
    private readonly Socket _client = New();
    private readonly Socket _served;

    public HangUpTests()
    {
        var path = new UnixDomainSocketEndPoint(Path.Join(_folder.FullName, "s"));
        using var listener = New();
        listener.Bind(path);
        listener.Listen();
        _client.Connect(path);
        _served = listener.Accept();
    }

    public void Dispose()
    {
        _watch.Dispose();
        _client.Dispose();
        _served.Dispose();
        _told.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_connection_hangs_up_when_its_other_side_is_closed_and_not_when_half_of_it_is()
    {
        using var watched = _watch.WatchHangUp(_served.SafeHandle, _told.Set);

        _client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, _served.Receive(new byte[1]));
        Assert.False(_told.IsSet);
        _served.Send("still heard"u8);
        _client.Close();

        Assert.True(_told.Wait(Waiting));
    }

    [Fact]
    public void One_that_has_hung_up_is_told_at_once()
    {
        _client.Close();

        using var watched = _watch.WatchHangUp(_served.SafeHandle, _told.Set);

        Assert.True(_told.Wait(Waiting));
    }

    [Fact]
    public void Its_owner_may_close_it_before_the_watch_ends()
    {
        var watched = _watch.WatchHangUp(_served.SafeHandle, _told.Set);

        _served.Close();
        watched.Dispose();
        _client.Close();

        Assert.Throws<ObjectDisposedException>(() => _watch.WatchHangUp(_served.SafeHandle, _told.Set));
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
