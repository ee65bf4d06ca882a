using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Swarm.Core;

namespace Swarm.Runtime.Names;

/// <summary>The name server of one container, in the container's own network namespace.</summary>
/// <remarks>Whatever the container does, this holds what <see cref="NameServerLimits"/> allow it, and no more: it
/// harms nobody but itself.</remarks>
internal sealed partial class NameServer : IAsyncDisposable
{
    /// <summary>Where every container finds it.</summary>
    internal const string Address = "127.0.0.11";

    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMilliseconds(100);

    private readonly ContainerId _id;
    private readonly NameServerSockets _sockets;
    private readonly AskingContainer _container;
    private readonly ConnectionServer _connections;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task[] _loops;

    internal NameServer(
        ContainerId id, string namespacePath, NameServerSockets sockets, Answering answering, NameServerLimits limits,
        TimeProvider time, ILogger logger)
    {
        (_id, _sockets, _time, _logger) = (id, sockets, time, logger);
        _container = new AskingContainer(id, namespacePath, answering, limits, time);
        _connections = new ConnectionServer(sockets.Connections, _container, limits, time);
        var datagrams = new DatagramServer(sockets.Datagrams, _container, logger);
        _loops = [UntilClosedAsync(datagrams.RunAsync), UntilClosedAsync(_connections.RunAsync)];
    }

    /// <summary>Ends it, with all that is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _sockets.Dispose();
        await Task.WhenAll(_loops);
        await _connections.DisposeAsync();
        await _container.DisposeAsync();
        _closing.Dispose();
    }

    /// <remarks>A socket that refuses once works again: out of memory, out of descriptors.</remarks>
    private async Task UntilClosedAsync(Func<CancellationToken, Task> loop)
    {
        var (closing, pause) = (_closing.Token, TimeSpan.Zero);
        while (true)
        {
            try
            {
                await Task.Delay(pause, _time, closing);
                await loop(closing);
            }
            catch (Exception closed) when (closing.IsCancellationRequested
                && closed is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
            catch (SocketException refused)
            {
                LogRefused(_id.Short, refused.Message);
                pause = AfterRefusal;
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The name server of container {Container} was refused by the kernel: {Reason}")]
    private partial void LogRefused(string container, string reason);
}
