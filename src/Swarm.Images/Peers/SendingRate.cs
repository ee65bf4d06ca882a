namespace Swarm.Images.Peers;

/// <summary>Keeps what is sent to others, all together, below so many bytes a second.</summary>
internal sealed class SendingRate(long bytesPerSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();

    // When what was let through so far will have been sent, counted from the start.
    private TimeSpan _busyUntil;

    /// <summary>Waits until so many bytes more may go.</summary>
    public Task TakeAsync(int bytes, CancellationToken cancellation)
    {
        if (bytesPerSecond <= 0) return Task.CompletedTask;

        var now = time.GetElapsedTime(_start);
        TimeSpan wait;
        lock (_gate)
        {
            var begins = _busyUntil > now ? _busyUntil : now;
            wait = begins - now;
            _busyUntil = begins + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellation) : Task.CompletedTask;
    }
}
