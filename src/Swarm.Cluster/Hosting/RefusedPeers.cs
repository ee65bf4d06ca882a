using Microsoft.Extensions.Logging;

namespace Swarm.Cluster.Hosting;

/// <summary>Names in the log the peers that were refused for their certificates.</summary>
/// <remarks>Each tries again every second, so the same is said of one host once in a while only.</remarks>
internal sealed partial class RefusedPeers(TimeProvider time, ILoggerFactory loggers)
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(30);

    private const int MostRemembered = 1000;

    private readonly ILogger _logger = loggers.CreateLogger<RefusedPeers>();
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Host, string Fault), long> _said = [];

    /// <summary>On any thread.</summary>
    /// <param name="peer">Its host and port.</param>
    public void Tell(string peer, string fault)
    {
        if (IsNew((peer[..Math.Max(0, peer.LastIndexOf(':'))], fault))) LogRefused(peer, fault);
    }

    private bool IsNew((string Host, string Fault) refusal)
    {
        lock (_gate)
        {
            if (_said.TryGetValue(refusal, out var at) && time.GetElapsedTime(at) < RepeatAfter) return false;

            if (_said.Count >= MostRemembered) _said.Clear();
            _said[refusal] = time.GetTimestamp();
            return true;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Refused {Peer}: {Fault}")]
    private partial void LogRefused(string peer, string fault);
}
