namespace Swarm.Cluster.Nodes;

/// <summary>Until when containers of an at-most-once service may be started, for whoever starts one.</summary>
/// <remarks>Read by tasks that run beside the actors: a start may have waited since it was decided.</remarks>
internal sealed class LeaseGate(TimeProvider time)
{
    private long _until = long.MinValue;

    /// <summary>By a clock that never goes back.</summary>
    public TimeSpan Now => time.GetElapsedTime(0, time.GetTimestamp());

    public bool IsOpen => Now.Ticks < Interlocked.Read(ref _until);

    /// <param name="until">Null closes it.</param>
    public void Open(TimeSpan? until) => Interlocked.Exchange(ref _until, until?.Ticks ?? long.MinValue);
}
