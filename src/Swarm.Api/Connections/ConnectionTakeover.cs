using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Swarm.Linux.Watching;

namespace Swarm.Api.Connections;

/// <summary>The bytes of one connection, below Kestrel: a handler whose request has been read may have them for
/// itself, until the connection ends.</summary>
/// <remarks>
/// Kestrel reads of a connection only what belongs to the request in hand, so what a client sends after it is here
/// still. From the takeover on Kestrel sees a connection that has ended, and what it writes goes nowhere. Why Kestrel's
/// own upgrade does not do: docs/docker-api.md.
/// </remarks>
internal sealed class ConnectionTakeover : IDuplexPipe
{
    private readonly IDuplexPipe _connection;

    private ConnectionTakeover(IDuplexPipe connection)
    {
        _connection = connection;
        Input = new TakenReader(connection.Input, () => IsTaken);
        Output = new TakenWriter(connection.Output, () => IsTaken);
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    private bool IsTaken { get; set; }

    /// <summary>Puts itself between a listener's connections and Kestrel.</summary>
    /// <param name="hangUps">Of a unix socket: what tells when a client that has ended its half has gone. Null where
    /// such a client is taken to have gone.</param>
    public static void Offer(ListenOptions listener, DescriptorWatch? hangUps) =>
        listener.Use(next => connection => ServeAsync(connection, next, hangUps));

    private static async Task ServeAsync(
        ConnectionContext connection, ConnectionDelegate next, DescriptorWatch? hangUps)
    {
        var takeover = new ConnectionTakeover(connection.Transport);
        using var presence = new ClientPresence(connection, hangUps, () => takeover.IsTaken);
        connection.ConnectionClosed = presence.Gone;
        connection.Features.Set(takeover);
        connection.Features.Set(presence);
        connection.Transport = takeover;
        await next(connection);
        // By TLS, the end of a connection is said in its own words: a client may take any other for an attack.
        if (takeover.IsTaken && connection.Features.Get<ISslStreamFeature>() is { } secure)
            await EndAsync(secure.SslStream);
    }

    private static async Task EndAsync(SslStream connection)
    {
        try
        {
            await connection.ShutdownAsync();
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException)
        {
            // The client has gone before.
        }
    }

    /// <summary>Takes the connection of a request whose body has been read.</summary>
    /// <returns>Its bytes in both directions. The connection ends when the handler returns, with all that was
    /// flushed.</returns>
    public static IDuplexPipe Take(HttpContext context)
    {
        var takeover = context.Features.Get<ConnectionTakeover>()
            ?? throw new InvalidOperationException("the connection was made by another listener");
        takeover.IsTaken = true;
        context.Features.Get<ClientPresence>()?.Watch();
        return takeover._connection;
    }
}
