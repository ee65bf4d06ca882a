using Swarm.Core;
using Swarm.Runtime;

namespace Swarm.Cluster.Nodes;

/// <summary>Until when containers of an at-most-once service may be started and go on: for whoever starts one, and for
/// the process that ends them where this one cannot.</summary>
/// <remarks>Read by tasks that run beside the actors: a start may have waited since it was decided.</remarks>
internal sealed class LeaseGate(ServiceName service, IContainerEngine engine, TimeProvider time)
{
    private long _until = long.MinValue;

    /// <summary>By a clock that never goes back, and that an earlier swarmd of this boot went by, too.</summary>
    public TimeSpan Now => time.GetElapsedTime(0, time.GetTimestamp());

    public bool IsOpen => Now.Ticks < Interlocked.Read(ref _until);

    /// <summary>When the lease runs out that an earlier swarmd left; null when it has, or there was none.</summary>
    public TimeSpan? Inherited => engine.FindLease(service.Value) is { } until && until > Now ? until : null;

    /// <returns>Whether containers would be ended then, whatever becomes of this process; else all is as before.
    /// </returns>
    public bool Open(TimeSpan until)
    {
        if (!engine.ExtendLease(service.Value, until)) return false;
        Interlocked.Exchange(ref _until, until.Ticks);
        return true;
    }

    /// <summary>Nothing is started any more. What runs may go on as long as it was last said.</summary>
    public void Close() => Interlocked.Exchange(ref _until, long.MinValue);

    /// <summary>Nothing is there that needs a lease.</summary>
    public void Forget()
    {
        Close();
        engine.ForgetLease(service.Value);
    }
}
