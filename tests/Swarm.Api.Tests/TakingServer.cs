using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Swarm.Api.Connections;

namespace Swarm.Api.Tests;

/// <summary>A server with a route that answers, and one that takes its connection over.</summary>
internal static class TakingServer
{
    public const string HeadEnd = "\r\n\r\n";

    public const string Hijack =
        "POST /take HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}";

    public const string Plain = "GET /plain HTTP/1.1\r\nHost: x\r\n\r\n";

    public static async Task<WebApplication> StartAsync(
        Action<KestrelServerOptions> listen, Action<WebApplication>? more = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(listen);
        var server = builder.Build();
        server.UseRouting();
        server.MapGet("/plain", context => context.Response.WriteAsync("plain"));
        server.MapPost("/take", AnswerAsync);
        more?.Invoke(server);
        await server.StartAsync();
        return server;
    }

    /// <summary>Reads to the end, or to these last bytes.</summary>
    public static Task<string> ReadAsync(Stream stream, string? end = null) => ReadAsync(stream.ReadAsync, end);

    /// <summary>Reads to the end, or to these last bytes.</summary>
    public static async Task<string> ReadAsync(
        Func<Memory<byte>, CancellationToken, ValueTask<int>> read, string? end)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (end is null || !text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            var count = await read(buffer, patience.Token);
            if (count == 0) break;
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        await using var stream = await HijackedStream.BeginAsync(context, "application/x", CancellationToken.None);
        var input = new MemoryStream();
        await stream.Input.CopyToAsync(input);
        await stream.Output.WriteAsync(
            Encoding.ASCII.GetBytes($"got {body} and {Encoding.ASCII.GetString(input.ToArray())}"));
        // Time for whoever would close the connection because its client has closed its half.
        await Task.Delay(TimeSpan.FromMilliseconds(100));
        await stream.Output.WriteAsync(", after all"u8.ToArray());
    }
}
