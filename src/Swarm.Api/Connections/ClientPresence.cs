using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Swarm.Linux;
using Swarm.Linux.Watching;

namespace Swarm.Api.Connections;

/// <summary>How long the client of a connection may send still, and how long it is there.</summary>
/// <remarks>
/// Kestrel tells of the end of what a client sends, and takes it for the end of the client. On a unix socket the two
/// are told apart: the kernel hangs a connection up only when the other side has closed both directions. Of TCP it
/// learns that by writing alone; but by TLS a client ends its half in words of TLS, of which Kestrel does not tell.
/// What follows for whoever has ended its half: docs/docker-api.md.
/// </remarks>
internal sealed class ClientPresence : IDisposable
{
    // Without timers there is nothing in them to dispose of, and a hang-up may be told when all is over.
    private readonly CancellationTokenSource _sentAll = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _left = new();
    private readonly Lock _lock = new();
    private readonly CancellationTokenRegistration _ending;
    private readonly Socket? _local;
    private readonly DescriptorWatch? _watch;
    private readonly Func<bool> _isTaken;
    private IDisposable? _hangUp;
    private bool _isOver;

    /// <param name="watch">Null where the end of a half is that of the client.</param>
    /// <param name="isTaken">Whether somebody else sees for himself that the client has gone.</param>
    public ClientPresence(ConnectionContext connection, DescriptorWatch? watch, Func<bool> isTaken)
    {
        (_watch, _isTaken) = (watch, isTaken);
        _local = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        _ending = connection.ConnectionClosed.Register(EndHalf);
    }

    /// <summary>Cancelled when the client has gone, of a connection that is Kestrel's still.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>Cancelled when the client has gone, whoever has its connection.</summary>
    public CancellationToken Left => _left.Token;

    /// <summary>Cancelled when the client of a request has sent all that it ever will, or has gone.</summary>
    /// <remarks>By ssh, that is all that is seen of a client that was ended: <c>docker system dial-stdio</c> waits for
    /// the rest of the answer as long as there is none. So what waits for something to happen ends then, as with
    /// Docker.</remarks>
    public static CancellationToken SentAll(HttpContext context) =>
        context.Features.Get<ClientPresence>()?._sentAll.Token ?? context.RequestAborted;

    /// <summary>Looks from now on whether the client is there: its end is not seen by reading where nobody takes what
    /// it has sent before.</summary>
    public void Watch() => IsWatched();

    public void Dispose()
    {
        _ending.Dispose();
        lock (_lock)
        {
            _isOver = true;
            _hangUp?.Dispose();
        }
    }

    private void EndHalf()
    {
        if (!IsWatched()) Leave();
        _sentAll.Cancel();
    }

    /// <returns>Whether its going will be told, or nobody asks for it any more.</returns>
    private bool IsWatched()
    {
        if (_local is null || _watch is null) return false;
        lock (_lock)
        {
            if (_isOver || _hangUp is not null) return true;
            try
            {
                // What follows may take its time, which the thread of the watch has not.
                _hangUp = _watch.WatchHangUp(
                    _local.SafeHandle,
                    () => ThreadPool.UnsafeQueueUserWorkItem(
                        static presence => presence.Leave(), this, preferLocal: false));
                return true;
            }
            catch (Exception refused) when (refused is ObjectDisposedException or LinuxException)
            {
                return false; // the connection is closed here, or there are no descriptors left
            }
        }
    }

    private void Leave()
    {
        _left.Cancel();
        // A client closes its half as soon as its input ends: Kestrel would close the other one.
        if (!_isTaken()) _gone.Cancel();
    }
}
