using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
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
    /// <summary>How long a client is listened to that was told that there is no more, and does not go.</summary>
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(5);

    private readonly IDuplexPipe _connection;
    private readonly TimeProvider _time;

    private ConnectionTakeover(IDuplexPipe connection, TimeProvider time)
    {
        (_connection, _time) = (connection, time);
        Input = new TakenReader(connection.Input, () => IsTaken);
        Output = new TakenWriter(connection.Output, () => IsTaken);
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    private bool IsTaken { get; set; }

    /// <summary>Puts itself between a listener's connections and Kestrel.</summary>
    /// <param name="hangUps">Of a unix socket: what tells when a client that has ended its half has gone. Null where
    /// such a client is taken to have gone.</param>
    public static void Offer(ListenOptions listener, DescriptorWatch? hangUps, TimeProvider time) =>
        listener.Use(next => connection =>
            ServeAsync(new ConnectionTakeover(connection.Transport, time), connection, next, hangUps));

    private static async Task ServeAsync(
        ConnectionTakeover takeover, ConnectionContext connection, ConnectionDelegate next, DescriptorWatch? hangUps)
    {
        using var presence = new ClientPresence(connection, hangUps, () => takeover.IsTaken);
        connection.ConnectionClosed = presence.Gone;
        connection.Features.Set(takeover);
        connection.Features.Set(presence);
        connection.Transport = takeover;
        await next(connection);
        if (takeover.IsTaken) await takeover.EndAsync(connection);
    }

    /// <summary>Tells the client that there is no more, and drops what it still sends until it has gone.</summary>
    /// <remarks>A connection that is closed while there is something that nobody has read is a broken one for its
    /// client, which may then lose the last bytes, too. By TLS, the end is said in its own words: a client may take any
    /// other for an attack.</remarks>
    private async Task EndAsync(ConnectionContext connection)
    {
        try
        {
            if (connection.Features.Get<ISslStreamFeature>() is { } secure) await secure.SslStream.ShutdownAsync();
            else SocketOf(connection.Features)?.Shutdown(SocketShutdown.Send);
            var ending = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ending ?? CancellationToken.None);
            patience.CancelAfter(GoodbyePatience);
            while (true)
            {
                var read = await _connection.Input.ReadAsync(patience.Token);
                _connection.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return;
            }
        }
        catch (Exception gone) when (
            gone is IOException or SocketException or InvalidOperationException or OperationCanceledException)
        {
            // The client has gone before, does not go, or this process stops.
        }
    }

    private static Socket? SocketOf(IFeatureCollection features) =>
        features.Get<IConnectionSocketFeature>()?.Socket;

    /// <summary>Takes the connection of a request whose body has been read.</summary>
    /// <returns>Its bytes in both directions. The client's way ends when the handler returns, with all that was
    /// flushed; the connection ends with the client.</returns>
    public static IDuplexPipe Take(HttpContext context)
    {
        var takeover = context.Features.Get<ConnectionTakeover>()
            ?? throw new InvalidOperationException("the connection was made by another listener");
        takeover.IsTaken = true;
        context.Features.Get<ClientPresence>()?.Watch();
        var isPlain = context.Features.Get<ISslStreamFeature>() is null;
        return isPlain && SocketOf(context.Features) is { Connected: true } socket
            ? new TakenConnection(takeover._connection.Input, new SocketWriter(socket, takeover._time))
            : takeover._connection;
    }

    private sealed record TakenConnection(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
