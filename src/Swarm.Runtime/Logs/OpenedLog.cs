using Swarm.Runtime.Work;

namespace Swarm.Runtime.Logs;

/// <summary>A container's log while somebody reads it.</summary>
internal sealed class OpenedLog : IContainerLog
{
    private readonly LiveContainer _container;
    private readonly BlockingWork _work;
    private readonly LogReader _reader;
    private int _isClosed;

    public OpenedLog(LiveContainer container, BlockingWork work, TimeProvider time)
    {
        (_container, _work) = (container, work);
        _reader = new LogReader(container.Log, time, container.Definition.Spec.Tty);
        container.Log.AddReader();
    }

    public Task<LogPage> ReadAsync(string? position, int? tail, int maxBytes, CancellationToken cancellation) =>
        _work.RunAsync(
            () =>
            {
                var hasEnded = _container.IsGone || _container.Record is null or { Phase: ContainerPhase.Ended };
                return Task.FromResult(_reader.Read(position, tail, maxBytes, hasEnded));
            },
            cancellation);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0) _container.Log.EndReader();
    }
}
