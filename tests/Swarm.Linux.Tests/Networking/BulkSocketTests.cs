using System.Net;
using System.Net.Sockets;
using Swarm.Linux.Networking;

namespace Swarm.Linux.Tests.Networking;

public sealed class BulkSocketTests
{
    private const int Cs1 = 8 << 2; // the code point stands above two bits for congestion
    private const int Bulk = 2;

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public void A_marked_socket_has_the_code_point_and_the_priority_of_bulk(AddressFamily family)
    {
        using var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);

        Assert.True(BulkSocket.Mark(socket));

        Assert.Equal(Cs1, Read(socket, level: 0, option: 1)); // IP_TOS
        Assert.Equal(Bulk, Read(socket, level: 1, option: 12)); // SO_PRIORITY
        if (family == AddressFamily.InterNetworkV6)
            Assert.Equal(Cs1, Read(socket, level: 41, option: 67)); // IPV6_TCLASS
    }

    [Fact]
    public async Task One_that_is_connected_can_be_marked_and_the_other_end_is_not()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using var accepted = await listener.AcceptAsync();

        Assert.True(BulkSocket.Mark(accepted));

        Assert.Equal((Cs1, Bulk), (Read(accepted, 0, 1), Read(accepted, 1, 12)));
        Assert.Equal((0, 0), (Read(client, 0, 1), Read(client, 1, 12)));
    }

    [Fact]
    public void One_that_is_closed_is_not_marked()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Dispose();

        Assert.False(BulkSocket.Mark(socket));
    }

    private static int Read(Socket socket, int level, int option)
    {
        var value = new byte[sizeof(int)];
        socket.GetRawSocketOption(level, option, value);
        return BitConverter.ToInt32(value);
    }
}
