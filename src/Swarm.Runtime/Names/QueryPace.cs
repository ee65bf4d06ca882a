namespace Swarm.Runtime.Names;

/// <summary>Lets so many questions of a container through in a second.</summary>
/// <remarks>Any number of callers; each waits for the second that has room.</remarks>
internal sealed class QueryPace(int perSecond, TimeProvider time)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long _begun = time.GetTimestamp();
    private int _passed;

    internal async ValueTask TurnAsync(CancellationToken cancellation)
    {
        while (Rest() is { } rest) await Task.Delay(rest, time, cancellation);
    }

    /// <returns>How long to wait before asking again; null lets one through.</returns>
    private TimeSpan? Rest()
    {
        lock (_lock)
        {
            var elapsed = time.GetElapsedTime(_begun);
            if (elapsed >= Second) (_begun, _passed, elapsed) = (time.GetTimestamp(), 0, TimeSpan.Zero);
            if (_passed == perSecond) return Second - elapsed;
            _passed++;
            return null;
        }
    }
}
