using Swarm.Core;

namespace Swarm.Runtime.Names;

/// <summary>A container that asks, and how much it may.</summary>
internal sealed class AskingContainer(
    ContainerId id, string namespacePath, Answering answering, NameServerLimits limits, TimeProvider time)
    : IAsyncDisposable
{
    private readonly QueryPace _pace = new(limits.PerSecond, time);
    private readonly SemaphoreSlim _forwarding = new(limits.ForwardedPerContainer);

    internal ContainerId Id => id;

    /// <summary>Waits until it may ask again.</summary>
    internal ValueTask TurnAsync(CancellationToken cancellation) => _pace.TurnAsync(cancellation);

    /// <returns>As <see cref="Answering.Answer"/>; where others are to be asked, <see cref="ForwardAsync"/> must be
    /// called.</returns>
    internal (byte[]? Reply, NameQuery? Forward) Answer(ReadOnlyMemory<byte> message, bool byDatagram)
    {
        var (reply, forward) = answering.Answer(id, message, byDatagram);
        return forward is null || _forwarding.Wait(0, CancellationToken.None)
            ? (reply, forward)
            : (Answering.Failure(forward), null);
    }

    internal async Task<byte[]> ForwardAsync(NameQuery query, bool byDatagram, CancellationToken cancellation)
    {
        try
        {
            return await answering.ForwardAsync(id, query, namespacePath, byDatagram, cancellation);
        }
        finally
        {
            _forwarding.Release();
        }
    }

    /// <summary>Waits until no question is with others any more; none must come in meanwhile.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var held = 0; held < limits.ForwardedPerContainer; held++)
            await _forwarding.WaitAsync(CancellationToken.None);
        _forwarding.Dispose();
    }
}
