using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Linux.Processes;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Records;

namespace Swarm.Runtime;

/// <summary>Takes containers away: whole ones, and what there is of one that was not made.</summary>
internal sealed partial class EngineCore
{
    public async Task RemoveAsync(ContainerId id, CancellationToken cancellation)
    {
        if (Table.Find(id) is not { } container) return;
        await AtGateAsync(container, async () =>
        {
            if (container.IsGone) return false;
            if (container.Record is { } record) await RemoveAtGateAsync(container, record, cancellation);
            else await ForgetHalfMadeAsync(container);
            return true;
        }, cancellation);
    }

    private async Task RemoveAtGateAsync(
        LiveContainer container, ContainerRecord record, CancellationToken cancellation)
    {
        var id = record.Id;
        _exitWatch?.Forget(id);
        if (record.Phase == ContainerPhase.Running)
        {
            using (var process = ProcessHandle.Open(record.First)) process?.Signal(Signals.Kill);
            if (record.IsPaused) _cgroups.SetFrozen(Folders.Cgroup(id), false);
            container.Consoles.LiftLimits();
            await _monitors.EndAsync(MonitorOf(record), cancellation);
            record = await EndAsync(container, record, cancellation);
        }

        await _undoing.UndoAsync(id, MonitorOf(record), cancellation);
        Leases.Release(id);
        await Volumes.DetachAllAsync(record.Id);
        ReleaseVolumes(record);
        container.Log.BeforeRemoval();
        _records.Remove(id);
        Table.Drop(container);
        Names.Tell(record.ToState(), null);
        Health.Forget(id);
        LogRemoved(record.Definition.Name, id.Short);
        Events.Publish(record.ToState(), "destroy");
    }

    /// <summary>Gives back the name of one whose making was called off before it began.</summary>
    private Task<bool> ForgetUnmadeAsync(LiveContainer container) => AtGateAsync(container, async () =>
    {
        if (!container.IsGone && container.Record is null) await ForgetHalfMadeAsync(container);
        return true;
    }, CancellationToken.None);

    private async Task ForgetHalfMadeAsync(LiveContainer container)
    {
        var id = container.Definition.Id;
        Table.Drop(container);
        try
        {
            await _undoing.UndoAsync(id, default, CancellationToken.None);
            await Volumes.DetachAllAsync(id);
            Volumes.Release(id, volume => volume.Record.MadeFor == id.Value);
            _imageMounts.Release(id, container.Definition.Spec.Mounts);
            _records.Remove(id);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ContainerException)
        {
            // The reason why it could not be made matters more to the caller; the next opening tries again.
            LogNotUndone(id.Short, refused);
        }
    }

    [LoggerMessage(LogLevel.Information, "Container {Name} ({Container}) was removed")]
    private partial void LogRemoved(string name, string container);

    [LoggerMessage(LogLevel.Warning, "What was half made of container {Container} could not be undone")]
    private partial void LogNotUndone(string container, Exception cause);
}
