namespace Swarm.Cluster.Hosting;

/// <summary>When an entity writes a snapshot, and how much of its journal it may then delete.</summary>
/// <remarks>Two snapshots are kept, with all events since the older one: should the newer be
/// unreadable, nothing is lost.</remarks>
internal sealed class SnapshotSchedule(int everyEvents)
{
    private long _last;
    private bool _saving;

    /// <summary>The snapshot that recovery began with.</summary>
    public void Recovered(long sequence) => _last = sequence;

    public bool IsDue(long sequence) => !_saving && sequence - _last >= everyEvents;

    /// <summary>Whether events were kept since the last snapshot.</summary>
    public bool IsBehind(long sequence) => !_saving && sequence > _last;

    public void Began() => _saving = true;

    public void Failed() => _saving = false;

    /// <returns>Up to where the journal may be deleted; 0 where nothing may.</returns>
    public long Saved(long sequence)
    {
        var previous = _last;
        _saving = false;
        _last = sequence;
        return previous;
    }
}
