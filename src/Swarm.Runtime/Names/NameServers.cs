using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Names;

/// <summary>Opens and closes name servers, and keeps the book that all of them look names up in.</summary>
/// <remarks>Disposing leaves the rules in the containers' namespaces: the next one finds its ports by them. Drawn in
/// docs/dns.md.</remarks>
internal sealed class NameServers : INameServers, IAsyncDisposable
{
    private readonly ConcurrentDictionary<ContainerId, NameServer> _servers = new();
    private readonly INetworkNames _names;
    private readonly NamespaceSockets _sockets;
    private readonly NameServerLimits _limits;
    private readonly Answering _answering;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IDisposable _watching;
    private volatile DatedBook? _book;
    private int _changes;
    private bool _disposed;

    /// <param name="wishesOf">Null for a container that is gone.</param>
    /// <param name="hostNamespace">File of the network namespace that is the host; null for the daemon's own.</param>
    internal NameServers(
        INetworkNames names, Func<ContainerId, NameWishes?> wishesOf, string? hostNamespace, NameServerLimits limits,
        TimeProvider time, ILogger logger, Func<string>? hostResolver = null)
    {
        (_names, _limits, _time, _logger) = (names, limits, time, logger);
        _sockets = new NamespaceSockets(hostNamespace);
        _answering = new Answering(
            ReadBook, wishesOf, hostResolver ?? HostResolver.Read, _sockets, limits, time);
        _watching = names.Watch(() => Interlocked.Increment(ref _changes));
    }

    public async Task OpenAsync(ContainerId container, string namespacePath, CancellationToken cancellation)
    {
        if (_servers.ContainsKey(container)) return;
        try
        {
            var sockets = await _sockets.ListenAsync(namespacePath, cancellation);
            var server = new NameServer(container, namespacePath, sockets, _answering, _limits, _time, _logger);
            // One container is worked on by one caller at a time.
            _servers[container] = server;
        }
        catch (Exception refused) when (refused is IOException or SocketException or UnauthorizedAccessException)
        {
            throw new ContainerException(
                ContainerFault.Host,
                $"No name server could be opened for container {container.Short}: {refused.Message}", refused);
        }
    }

    public async Task CloseAsync(ContainerId container)
    {
        if (_servers.TryRemove(container, out var server)) await server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        _watching.Dispose();
        foreach (var container in _servers.Keys) await CloseAsync(container);
        _answering.Dispose();
        _sockets.Dispose();
    }

    /// <remarks>Made when it is first asked for after a change: changes come in crowds, and not every one is followed
    /// by a question.</remarks>
    private NameBook ReadBook()
    {
        var changes = Volatile.Read(ref _changes);
        if (_book is { } known && known.Changes == changes) return known.Book;
        // What changes while it is made has a higher number, so the next question makes another.
        var made = new DatedBook(changes, new NameBook(_names.Containers));
        _book = made;
        return made.Book;
    }

    private sealed record DatedBook(int Changes, NameBook Book);
}
