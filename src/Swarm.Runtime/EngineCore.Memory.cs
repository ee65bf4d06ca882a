using Swarm.Linux;
using Swarm.Linux.Watching;
using Swarm.Runtime.Exits;

namespace Swarm.Runtime;

/// <summary>Telling at once of processes that were killed for want of memory.</summary>
internal sealed partial class EngineCore
{
    private static readonly Task<bool> NotTold = Task.FromResult(false);

    /// <remarks>Where it cannot be watched, or notices are lost, the end tells it.</remarks>
    private void FollowMemory(LiveContainer container)
    {
        var id = container.Definition.Id;
        container.MemoryWatch?.Dispose();
        try
        {
            container.MemoryWatch = _arrivals?.Add(Folders.Bundle(id), Arrival.Made, name =>
            {
                if (name != MemoryNotice.FileName || container.Record is not { } record) return;
                Begin(() => TellOutOfMemoryAsync(container, record.Run));
            });
        }
        catch (LinuxException refused) when (refused.Number is Errno.ENOSPC or Errno.ENOENT)
        {
            return;
        }

        // What came while no engine was there to hear it.
        if (container.Record is { } found && MemoryNotice.IsThere(Folders, id))
            Begin(() => TellOutOfMemoryAsync(container, found.Run));
    }

    private Task<bool> TellOutOfMemoryAsync(LiveContainer container, int run) => AtGateAsync(
        container,
        () =>
        {
            if (container.IsGone || container.Record is not { Phase: ContainerPhase.Running } record) return NotTold;
            if (record.Run != run) return NotTold;
            record = KeepHappened(container, record with { IsOutOfMemoryTold = true });
            // So that the next is told, too.
            MemoryNotice.Remove(Folders, record.Id);
            Events.Publish(record.ToState(), "oom");
            return Task.FromResult(true);
        },
        _closing.Token);
}
