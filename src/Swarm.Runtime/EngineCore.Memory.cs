using Swarm.Linux;
using Swarm.Linux.Watching;
using Swarm.Runtime.Exits;
using Swarm.Runtime.Records;

namespace Swarm.Runtime;

/// <summary>Telling at once of processes that were killed for want of memory.</summary>
internal sealed partial class EngineCore
{
    /// <remarks>By conmon's word; with version 2 of cgroups by the kernel's, as conmon 2.1 listens no more there once
    /// memory has been short. Where it cannot be watched, or notices are lost, the end tells it.</remarks>
    private void FollowMemory(LiveContainer container)
    {
        var id = container.Definition.Id;
        container.MemoryWatch?.Dispose();
        try
        {
            container.MemoryWatch = _cgroups.MemoryEventsOf(Folders.Cgroup(id)) is { } events
                ? _arrivals?.Add(events, Arrival.Changed, _ => NoticeMemory(container))
                : _arrivals?.Add(Folders.Bundle(id), Arrival.Made, name =>
                {
                    if (name == MemoryNotice.FileName) NoticeMemory(container);
                });
        }
        catch (LinuxException refused) when (refused.Number is Errno.ENOSPC or Errno.ENOENT)
        {
            return;
        }

        NoticeMemory(container); // what came while no engine was there to hear it
    }

    /// <remarks>On the watch's thread, too.</remarks>
    private void NoticeMemory(LiveContainer container)
    {
        if (container.Record is { Phase: ContainerPhase.Running } record)
            Begin(() => TellKilledAsync(container, record));
    }

    private async Task TellKilledAsync(LiveContainer container, ContainerRecord seen)
    {
        // Most that changes there is no kill.
        if (KilledOf(seen) <= seen.KilledForMemory) return;
        await AtGateAsync(
            container,
            () => Task.FromResult(
                !container.IsGone && container.Record is { Phase: ContainerPhase.Running } record
                    && record.Run == seen.Run && TryTellKilled(container, record)),
            _closing.Token);
    }

    private bool TryTellKilled(LiveContainer container, ContainerRecord record)
    {
        var killed = KilledOf(record);
        if (killed <= record.KilledForMemory) return false;
        record = KeepHappened(container, record with { KilledForMemory = killed });
        // So that the next is told, too.
        MemoryNotice.Remove(Folders, record.Id);
        Events.Publish(record.ToState(), "oom");
        return true;
    }

    /// <summary>How many of its processes were killed. Version 1 of cgroups counts one only after conmon was told.
    /// </summary>
    private long KilledOf(ContainerRecord record)
    {
        var cgroup = Folders.Cgroup(record.Id);
        if (_cgroups.MemoryEventsOf(cgroup) is not null) return _cgroups.Read(cgroup)?.OutOfMemoryKills ?? 0;
        return record.KilledForMemory + (MemoryNotice.IsThere(Folders, record.Id) ? 1 : 0);
    }
}
