using System.Net.Sockets;
using Swarm.Runtime.Consoles;

namespace Swarm.Runtime.Tests;

/// <summary>A session at a socket as conmon has it.</summary>
public sealed class AttachedConsoleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-attach-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_said_before_an_end_with_input_that_nobody_had_read_is_heard()
    {
        var path = Path.Join(_folder, "attach");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var buffer = new byte[16];

        // Which comes first is by chance.
        for (var i = 0; i < 200; i++)
        {
            await using var session = new AttachedConsoles().Add(
                new ConsoleStreams(true, true, true),
                new ConsoleInput(IsOpen: true, IsTerminal: false, EndsWithSession: true));
            await session.ConnectAsync(path);
            using (var conmon = await listener.AcceptAsync())
            {
                Assert.True(await session.WriteAsync("unread"u8.ToArray(), default));
                await conmon.SendAsync(new byte[] { 2, (byte)'y' });
            }

            Assert.Equal(1, (await session.ReadAsync(buffer, default)).Length);
            Assert.Equal((byte)'y', buffer[0]);
            Assert.Equal(0, (await session.ReadAsync(buffer, default)).Length);
        }
    }

    [Fact]
    public async Task A_session_ends_with_its_own_run_though_another_has_begun()
    {
        var path = Path.Join(_folder, "attach");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var consoles = new AttachedConsoles();
        await using var session = consoles.Add(
            ConsoleStreams.All, new ConsoleInput(IsOpen: false, IsTerminal: false, EndsWithSession: true));
        await consoles.ConnectAsync(path);
        using (await listener.AcceptAsync())
        {
            Assert.False(consoles.RunOver.IsCompleted);
            consoles.EndRun();
            await consoles.ConnectAsync(path); // the next run
            Assert.False(consoles.RunOver.IsCompleted);
        }

        // Less than what it waits for the end of a run that it belongs to.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(6));
        Assert.Equal(0, (await session.ReadAsync(new byte[1], patience.Token)).Length);
        Assert.False(consoles.RunOver.IsCompleted);
    }
}
