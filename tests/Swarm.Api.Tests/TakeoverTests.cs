using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Connections;
using Swarm.Linux.Watching;
using static Swarm.Api.Tests.TakingServer;

namespace Swarm.Api.Tests;

/// <summary>A request takes its connection over: the bytes of both sides, as Docker's clients use them.</summary>
public sealed class TakeoverTests : IAsyncLifetime, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-take-").FullName;
    private readonly DescriptorWatch _hangUps = new("test");
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _server;

    private const string Upgraded =
        "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

    private const string Late = "GET /late HTTP/1.1\r\nHost: x\r\n\r\n";

    private const string Echoed = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";

    private string Path => System.IO.Path.Combine(_folder, "s");

    public async Task InitializeAsync() => _server = await TakingServer.StartAsync(
        kestrel => kestrel.ListenUnixSocket(
            Path, listener => ConnectionTakeover.Offer(listener, _hangUps, TimeProvider.System)),
        server =>
        {
            server.MapGet("/late", AnswerLateAsync);
            server.MapGet("/never", WaitAsync);
            server.MapPost("/echo", EchoAsync);
            server.MapPost("/short", AnswerWithoutReadingAsync);
            server.MapPost("/stuck", RunStuckAsync);
        });

    public async Task DisposeAsync()
    {
        if (_server is { } server) await server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public void Dispose() => _hangUps.Dispose();

    [Fact]
    public async Task A_request_with_a_body_is_upgraded_and_answered_after_the_client_has_sent_its_last_byte()
    {
        using var client = await ConnectAsync();

        await client.SendAsync(Encoding.ASCII.GetBytes(Hijack + "early "));
        Assert.Equal(Upgraded, await ReadAsync(client, HeadEnd));
        await client.SendAsync("late"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("got {} and early late, after all", await ReadAsync(client));
    }

    [Fact]
    public async Task A_connection_that_served_other_requests_before_is_taken_over_too()
    {
        using var client = await ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(Plain));
            Assert.EndsWith("plain\r\n0\r\n\r\n", await ReadAsync(client, "0\r\n\r\n"), StringComparison.Ordinal);
        }

        await client.SendAsync(Encoding.ASCII.GetBytes(Hijack + "bytes"));
        await ReadAsync(client, HeadEnd);
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("got {} and bytes, after all", await ReadAsync(client));
    }

    [Fact]
    public async Task Without_an_upgrade_the_answer_is_200_and_ends_with_the_connection()
    {
        using var client = await ConnectAsync();

        await client.SendAsync("POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}in"u8.ToArray());
        Assert.Equal(
            "HTTP/1.1 200 OK\r\nContent-Type: application/x\r\n\r\n", await ReadAsync(client, HeadEnd));
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("got {} and in, after all", await ReadAsync(client));
    }

    [Fact]
    public async Task All_that_was_written_before_the_handler_ended_arrives()
    {
        using var client = await ConnectAsync();

        await client.SendAsync(Encoding.ASCII.GetBytes(Hijack + new string('x', 100_000)));
        await ReadAsync(client, HeadEnd);
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal($"got {{}} and {new string('x', 100_000)}, after all", await ReadAsync(client));
    }

    [Fact]
    public async Task What_is_answered_is_held_until_the_client_has_read_the_head()
    {
        using var client = await ConnectAsync();
        await client.SendAsync(Encoding.ASCII.GetBytes(Hijack));
        client.Shutdown(SocketShutdown.Send); // the answer is written at once
        await Task.Delay(TimeSpan.FromMilliseconds(300));

        var buffer = new byte[64 * 1024];
        var head = Encoding.ASCII.GetString(buffer, 0, await client.ReceiveAsync(buffer));

        Assert.Equal(Upgraded, head);
        Assert.Equal("got {} and , after all", await ReadAsync(client));
    }

    [Fact]
    public async Task A_client_that_does_not_read_the_head_gets_the_answer_behind_it_all_the_same()
    {
        const string answer = "got {} and , after all";
        using var client = await ConnectAsync();
        await client.SendAsync(Encoding.ASCII.GetBytes(Hijack));
        client.Shutdown(SocketShutdown.Send);

        var patience = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (client.Available < Upgraded.Length + answer.Length && DateTime.UtcNow < patience)
            await Task.Delay(TimeSpan.FromMilliseconds(20));

        Assert.Equal(Upgraded.Length + answer.Length, client.Available);
        Assert.Equal(Upgraded + answer, await ReadAsync(client));
    }

    [Theory]
    [InlineData("/short")]
    [InlineData("/stuck")]
    public async Task A_client_that_sends_more_than_anybody_reads_sees_the_end_and_no_broken_connection(string path)
    {
        using var client = await ConnectAsync();
        await client.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
        await ReadAsync(client, "said");

        using var until = new CancellationTokenSource();
        var sending = SendOnAsync(client, until.Token);
        var rest = await ReadAsync(client);
        await until.CancelAsync();

        Assert.Equal(" and done", rest);
        await sending;
    }

    [Fact]
    public async Task A_client_that_has_ended_its_half_gets_the_answers_to_all_that_it_asked()
    {
        using var client = await ConnectAsync();

        await client.SendAsync(Encoding.ASCII.GetBytes(Late + Late));
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal(2, (await ReadAsync(client)).Split("late, and not too late").Length - 1);
    }

    [Fact]
    public async Task A_client_that_has_ended_its_half_gets_the_answers_to_requests_with_bodies()
    {
        using var client = await ConnectAsync();

        await client.SendAsync(Encoding.ASCII.GetBytes(Echoed + Echoed));
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal(2, (await ReadAsync(client)).Split("<hello>").Length - 1);
    }

    /// <remarks>The second half is as long as the first, and comes with the end.</remarks>
    [Fact]
    public async Task A_client_that_ends_its_half_with_the_last_part_of_a_body_gets_its_answer()
    {
        for (var i = 0; i < 10; i++)
        {
            using var client = await ConnectAsync();
            await client.SendAsync("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n"u8.ToArray());
            await Task.Delay(TimeSpan.FromMilliseconds(20));
            await client.SendAsync("hell"u8.ToArray());
            await Task.Delay(TimeSpan.FromMilliseconds(20));
            await client.SendAsync("o yo"u8.ToArray());
            client.Shutdown(SocketShutdown.Send);

            Assert.Contains("<hello yo>", await ReadAsync(client), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_request_whose_body_ends_too_early_is_refused()
    {
        using var client = await ConnectAsync();

        await client.SendAsync(Encoding.ASCII.GetBytes(Echoed[..^1]));
        client.Shutdown(SocketShutdown.Send);

        Assert.DoesNotContain("<hell", await ReadAsync(client), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_goes_is_seen_to_have_gone_also_where_it_has_ended_its_half_before(bool endsHalf)
    {
        using (var client = await ConnectAsync())
        {
            await client.SendAsync("GET /never HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            await ReadAsync(client, "begun\r\n");
            if (endsHalf) client.Shutdown(SocketShutdown.Send);
            if (endsHalf) await ReadAsync(client, "goes on\r\n");
            Assert.False(_gone.Task.IsCompleted);
        }

        await _gone.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Answers when the client has ended its half.</summary>
    private static async Task AnswerLateAsync(HttpContext context)
    {
        await SentAllAsync(context);
        await context.Response.WriteAsync("late, and not too late", context.RequestAborted);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        await context.Response.WriteAsync($"<{await reader.ReadToEndAsync()}>", context.RequestAborted);
    }

    /// <summary>Says once that it goes on, and ends with the client.</summary>
    private async Task WaitAsync(HttpContext context)
    {
        await context.Response.WriteAsync("begun", context.RequestAborted);
        await SentAllAsync(context);
        if (!context.RequestAborted.IsCancellationRequested)
            await context.Response.WriteAsync("goes on", CancellationToken.None);
        await Task.Delay(Timeout.Infinite, context.RequestAborted)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _gone.TrySetResult();
    }

    /// <summary>As a program that ends while its input comes.</summary>
    private static async Task AnswerWithoutReadingAsync(HttpContext context)
    {
        await using var stream = await HijackedStream.BeginAsync(context, "application/x", CancellationToken.None);
        await stream.Output.WriteAsync("said"u8.ToArray());
        var read = await stream.Input.ReadAsync();
        stream.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        await stream.Output.WriteAsync(" and done"u8.ToArray());
    }

    /// <summary>As a program that ends while its input waits to be read.</summary>
    private static async Task RunStuckAsync(HttpContext context)
    {
        await using var stream = await HijackedStream.BeginAsync(context, "application/x", CancellationToken.None);
        await using var session = new StuckConsole();
        await new ConsoleStreaming(stream, session, keys: null).RunAsync(CancellationToken.None);
    }

    private static async Task SendOnAsync(Socket client, CancellationToken cancellation)
    {
        var piece = new byte[64 * 1024];
        try
        {
            while (!cancellation.IsCancellationRequested) await client.SendAsync(piece, cancellation);
        }
        catch (OperationCanceledException)
        {
            // It was reading.
        }
    }

    private static async Task SentAllAsync(HttpContext context) => await Task
        .Delay(Timeout.Infinite, ClientPresence.SentAll(context))
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = 30_000,
        };
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path));
        return socket;
    }

    /// <remarks>No stream of the framework reads from a socket whose other half is closed.</remarks>
    private static Task<string> ReadAsync(Socket socket, string? end = null) => TakingServer.ReadAsync(
        (buffer, cancellation) => socket.ReceiveAsync(buffer, cancellation), end);
}
