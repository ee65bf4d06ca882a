using System.Net.Sockets;
using Swarm.Linux.Networking;

namespace Swarm.Linux.Tests.Networking;

public sealed class LocalSocketTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-local-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task All_is_read_when_the_other_end_has_taken_the_last_byte()
    {
        var (sender, reader) = await ConnectAsync();
        using (sender)
        using (reader)
        {
            Assert.True(LocalSocket.IsAllRead(sender.SafeHandle));

            await sender.SendAsync(new byte[100]);
            Assert.False(LocalSocket.IsAllRead(sender.SafeHandle));
            await reader.ReceiveAsync(new byte[99]);
            Assert.False(LocalSocket.IsAllRead(sender.SafeHandle));
            await reader.ReceiveAsync(new byte[99]);
            Assert.True(LocalSocket.IsAllRead(sender.SafeHandle));
        }
    }

    [Fact]
    public async Task Nothing_is_left_to_read_when_the_other_end_is_closed()
    {
        var (sender, reader) = await ConnectAsync();
        using (sender)
        {
            await sender.SendAsync(new byte[100]);
            reader.Dispose();

            Assert.True(LocalSocket.IsAllRead(sender.SafeHandle));
        }
    }

    [Fact]
    public async Task Of_one_that_is_closed_nothing_is_told()
    {
        var (sender, reader) = await ConnectAsync();
        using (reader)
        {
            var handle = sender.SafeHandle;
            sender.Dispose();

            Assert.Throws<ObjectDisposedException>(() => LocalSocket.IsAllRead(handle));
        }
    }

    private async Task<(Socket Sender, Socket Reader)> ConnectAsync()
    {
        var place = new UnixDomainSocketEndPoint(Path.Combine(_folder, "s"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(place);
        listener.Listen();
        var sender = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await sender.ConnectAsync(place);
        return (sender, await listener.AcceptAsync());
    }
}
