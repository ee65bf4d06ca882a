using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Api.Tests;

/// <summary>Connections of which the client has closed its half.</summary>
public sealed class HalfClosedTests
{
    /// <remarks>By ssh it is <c>docker system dial-stdio</c> that closes its half when its input ends.</remarks>
    [Fact]
    public async Task A_client_that_closes_its_half_ends_the_programs_input_and_hears_the_rest()
    {
        await using var node = await ServedNode.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var console = node.Engine.Programs.Console;
        using var client = await StartAsync(node, patience.Token);
        Assert.StartsWith(
            "HTTP/1.1 101 UPGRADED\r\n", await TakingServer.ReadAsync(client.ReceiveAsync, TakingServer.HeadEnd),
            StringComparison.Ordinal);
        await client.SendAsync("typed"u8.ToArray());
        Assert.Equal("typed", await console.ReadInputAsync(5, patience.Token));
        Assert.False(console.HasInputEnded);

        client.Shutdown(SocketShutdown.Send);
        await console.InputEnded.WaitAsync(patience.Token);
        console.Write("late");
        Assert.Equal("\u0001\0\0\0\0\0\0\u0004late", await TakingServer.ReadAsync(client.ReceiveAsync, "late"));
        console.Write("later");
        console.End();

        Assert.Equal("\u0001\0\0\0\0\0\0\u0005later", await TakingServer.ReadAsync(client.ReceiveAsync, null));
    }

    /// <remarks>A client without input closes its half at once: that it has gone is another notice.</remarks>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_is_gone_is_detached_at_once_from_a_program_that_says_nothing(bool closesItsHalfBefore)
    {
        await using var node = await ServedNode.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var console = node.Engine.Programs.Console;
        using (var client = await StartAsync(node, patience.Token))
        {
            await TakingServer.ReadAsync(client.ReceiveAsync, TakingServer.HeadEnd);
            if (closesItsHalfBefore)
            {
                client.Shutdown(SocketShutdown.Send);
                await console.InputEnded.WaitAsync(patience.Token);
                console.Write("late");
                Assert.EndsWith(
                    "late", await TakingServer.ReadAsync(client.ReceiveAsync, "late"), StringComparison.Ordinal);
                Assert.False(console.Left.IsCompleted);
            }
        }

        // Nothing that it sent is on its way, for which 10 s would be waited.
        await console.Left.WaitAsync(TimeSpan.FromSeconds(8), patience.Token);
    }

    [Fact]
    public async Task What_a_client_sent_before_it_went_comes_to_the_program()
    {
        await using var node = await ServedNode.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var console = node.Engine.Programs.Console;
        using (var client = await StartAsync(node, patience.Token))
        {
            await TakingServer.ReadAsync(client.ReceiveAsync, TakingServer.HeadEnd);
            await client.SendAsync("typed"u8.ToArray());
        }

        Assert.Equal("typed", await console.ReadInputAsync(5, patience.Token));
        await console.Left.WaitAsync(patience.Token);
    }

    /// <remarks>Its end is not seen by reading: what it sent before stands in the way.</remarks>
    [Fact]
    public async Task Who_is_gone_is_detached_also_where_nobody_takes_its_input()
    {
        await using var node = await ServedNode.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var console = node.Engine.Programs.Console;
        console.TakesInput = false;
        using (var client = await StartAsync(node, patience.Token))
        {
            await TakingServer.ReadAsync(client.ReceiveAsync, TakingServer.HeadEnd);
            client.SendTimeout = 500;
            var much = new byte[64 * 1024];
            Action fill = () =>
            {
                while (true) client.Send(much); // until nobody takes any more
            };
            Assert.Throws<SocketException>(fill);
        }

        await console.Left.WaitAsync(patience.Token);
    }

    /// <remarks>As <c>docker exec -i c tee</c>, which takes no more input while nobody reads what it writes.</remarks>
    [Fact]
    public async Task What_a_program_writes_is_read_until_it_has_what_a_client_sent_before_it_went()
    {
        await using var node = await ServedNode.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var console = node.Engine.Programs.Console;
        console.TakesInput = false;
        using (var client = await StartAsync(node, patience.Token))
        {
            await TakingServer.ReadAsync(client.ReceiveAsync, TakingServer.HeadEnd);
            await client.SendAsync("typed"u8.ToArray());
            await console.InputOffered.WaitAsync(patience.Token);
        }

        await console.Unheard.WaitAsync(patience.Token);
        console.Write("much", "more");
        await console.WaitReadAsync(patience.Token);

        Assert.False(console.Left.IsCompleted);
        console.End();
        await console.Left.WaitAsync(TimeSpan.FromSeconds(8), patience.Token);
    }

    [Fact]
    public async Task Who_asks_and_closes_its_half_at_once_is_answered()
    {
        await using var node = await ServedNode.StartAsync();

        var answer = await AskAsync(node, "GET /_ping");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("OK", answer.TrimEnd('\r', '\n', '0'), StringComparison.Ordinal);
    }

    /// <remarks>By ssh nothing else is seen of a client that was ended, and its connection would be kept.</remarks>
    [Fact]
    public async Task What_waits_for_something_to_happen_tells_what_has_and_ends_with_the_clients_half()
    {
        await using var node = await ServedNode.StartAsync();
        var container = Run(node);
        node.Engine.Log = new FakeLog("written");
        node.Engine.Events.Publish(node.Engine.Containers[0], "happened");

        Assert.Contains("\"happened\"", await AskAsync(node, "GET /events?since=1"), StringComparison.Ordinal);
        Assert.Contains(
            "written", await AskAsync(node, $"GET /containers/{container}/logs?follow=1&stdout=1"),
            StringComparison.Ordinal);
        Assert.Contains(
            "{\"StatusCode\":-1,\"Error\":{\"Message\":\"the client has closed its half",
            await AskAsync(node, $"POST /containers/{container}/wait"), StringComparison.Ordinal);
    }

    /// <summary>Asks, closes its half, and reads to the end.</summary>
    private static async Task<string> AskAsync(ServedNode node, string asked)
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(node.Socket));
        await client.SendAsync(Encoding.ASCII.GetBytes($"{asked} HTTP/1.1\r\nHost: x\r\n\r\n"));
        client.Shutdown(SocketShutdown.Send);
        return await TakingServer.ReadAsync(client.ReceiveAsync, null);
    }

    private static ContainerId Run(ServedNode node)
    {
        var container = new ContainerId(new string('a', 64));
        node.Engine.Containers.Add(new ContainerState(
            new ContainerDefinition(container, "a", new ContainerSpec { Image = "box" }), ContainerPhase.Running));
        return container;
    }

    private static async Task<Socket> StartAsync(ServedNode node, CancellationToken cancellation)
    {
        var container = Run(node);
        var created = await node.Client.PostAsync(
            $"/containers/{container}/exec",
            new StringContent("""{"Cmd":["cat"],"AttachStdin":true,"AttachStdout":true}"""), cancellation);
        var exec = JsonNode.Parse(await created.Content.ReadAsStringAsync(cancellation))!["Id"]!.GetValue<string>();
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(node.Socket), cancellation);
        await client.SendAsync(
            Encoding.ASCII.GetBytes(
                $"POST /exec/{exec}/start HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n"
                + "Content-Length: 2\r\n\r\n{}"),
            cancellation);
        return client;
    }
}
