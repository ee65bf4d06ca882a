namespace Swarm.Images.Peers;

/// <summary>Keeps what is sent to others, all together, below so many bytes a second.</summary>
internal sealed class SendingRate(long bytesPerSecond, TimeProvider time)
{
    // Whatever encrypts it makes whole records of this; the blocks of a server's own memory are of a quarter of one.
    private const int PartBytesMax = 128 * 1024;
    private const int PartBytesMin = 1024;

    // In all, so that one who waits for the next hears soon that it comes.
    private const int PartsPerSecond = 16;

    // However many there are, each hears so often that it does not count as silence.
    private const int SecondsBetweenParts = 2;

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();

    // When what was let through so far will have been sent, counted from the start.
    private TimeSpan _busyUntil;

    private int _streams;

    /// <summary>How much of what is sent goes at a time.</summary>
    public int PartBytes => bytesPerSecond <= 0 ? PartBytesMax : (int)Math.Clamp(
        Math.Min(
            bytesPerSecond / PartsPerSecond,
            bytesPerSecond / Math.Max(1, Volatile.Read(ref _streams)) * SecondsBetweenParts),
        PartBytesMin, PartBytesMax);

    /// <summary>One more sends, until <see cref="Leave"/>.</summary>
    public void Join() => Interlocked.Increment(ref _streams);

    public void Leave() => Interlocked.Decrement(ref _streams);

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
