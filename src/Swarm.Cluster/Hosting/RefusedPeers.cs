using Microsoft.Extensions.Logging;

namespace Swarm.Cluster.Hosting;

/// <summary>Names in the log the peers that were refused for their certificates.</summary>
internal sealed partial class RefusedPeers(ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<RefusedPeers>();

    /// <param name="peer">Its host and port.</param>
    public void Tell(string peer, string fault) => LogRefused(peer, fault);

    [LoggerMessage(LogLevel.Warning, "Refused {Peer}: {Fault}")]
    private partial void LogRefused(string peer, string fault);
}
