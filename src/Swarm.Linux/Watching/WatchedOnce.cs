namespace Swarm.Linux.Watching;

/// <summary>A descriptor whose events are told once for each time they are asked for.</summary>
internal sealed class WatchedOnce(Action<uint> ask, IDisposable registration) : IDisposable
{
    public const uint Readable = 1;
    public const uint Writable = 4;

    public void Ask(uint events) => ask(events);

    public void Dispose() => registration.Dispose();
}
