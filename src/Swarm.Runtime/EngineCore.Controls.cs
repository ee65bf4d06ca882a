using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Records;

namespace Swarm.Runtime;

/// <summary>Changing what a container is while it exists.</summary>
internal sealed partial class EngineCore
{
    /// <summary>Processes that wait for a disk stand still when it has answered.</summary>
    private static readonly TimeSpan FreezePatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FreezePause = TimeSpan.FromMilliseconds(2);

    /// <param name="forWork">Only as long as its files are worked on.</param>
    public Task PauseAsync(ContainerId id, bool forWork, CancellationToken cancellation) => ChangeAsync(
        id,
        async (container, record) =>
        {
            if (record.Phase != ContainerPhase.Running) throw NotRunning(id);
            if (record.IsPaused) throw WrongPhase($"container {id.Short} is already paused");
            // Written before the deed: whoever comes after a crash looks at what the kernel says.
            Keep(container, record with { IsPaused = true, IsPausedForWork = forWork });
            var isFrozen = false;
            try
            {
                isFrozen = await FreezeAsync(id, cancellation);
            }
            finally
            {
                // Who asked for it takes it for one that runs.
                if (!isFrozen) LetGoOn(container, record);
            }

            if (isFrozen) return;
            throw new ContainerException(
                ContainerFault.Host, $"the processes of container {id.Short} did not stand still within 10 s");
        },
        cancellation);

    public Task UnpauseAsync(ContainerId id, CancellationToken cancellation) => ChangeAsync(
        id,
        (container, record) =>
        {
            if (!record.IsPaused) throw WrongPhase($"container {id.Short} is not paused");
            LetGoOn(container, record);
            return Task.CompletedTask;
        },
        cancellation);

    /// <summary>For whoever paused it only for a while: somebody else may have let it go on, or ended it.</summary>
    public async Task UnpauseIfPausedAsync(ContainerId id)
    {
        if (Table.Find(id) is not { } container) return;
        await AtGateAsync(
            container,
            () =>
            {
                if (container.IsGone || container.Record is not { IsPaused: true, IsPausedForWork: true } record)
                    return Task.FromResult(false);
                LetGoOn(container, record);
                return Task.FromResult(true);
            },
            CancellationToken.None);
    }

    public Task SetLimitsAsync(ContainerId id, ResourceLimits limits, CancellationToken cancellation) => ChangeAsync(
        id,
        (container, record) =>
        {
            LimitSection.Check(limits);
            CpuSetCheck.Check(limits, _cgroups);
            var before = record.Definition.Spec.Limits;
            var definition = record.Definition with { Spec = record.Definition.Spec with { Limits = limits } };
            try
            {
                if (HasProcess(record)) Limit(id, limits);
                Keep(container, record with { Definition = definition });
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ContainerException)
            {
                // Who is told that they were not set takes the old ones for those that hold.
                if (HasProcess(record)) LimitAgain(id, before);
                throw;
            }

            return Task.CompletedTask;
        },
        cancellation);

    private void Limit(ContainerId id, ResourceLimits limits)
    {
        var path = Path.Join(Folders.Bundle(id), "resources.json");
        LimitSection.WriteFile(path, limits, KernelLimits.Of(_cgroups));
        Runtime.Update(id, path);
        // Runtimes do not agree on the word for "none".
        _cgroups.LiftLimits(Folders.Cgroup(id), LimitSection.Unset(limits));
    }

    /// <remarks>Why the others could not be set matters more to the caller.</remarks>
    private void LimitAgain(ContainerId id, ResourceLimits limits)
    {
        try
        {
            Limit(id, limits);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ContainerException)
        {
            LogRefused(refused);
        }
    }

    public Task RenameAsync(ContainerId id, string name, CancellationToken cancellation) => ChangeAsync(
        id,
        (container, record) =>
        {
            var before = record.Definition;
            if (name == before.Name) return Task.CompletedTask;
            var after = before with { Name = name };
            EngineNames.Check(after);
            Table.TakeName(after);
            try
            {
                Keep(container, record with { Definition = after });
            }
            catch
            {
                Table.DropName(after);
                throw;
            }

            Table.DropName(before);
            return Task.CompletedTask;
        },
        cancellation);

    public static ContainerException NotRunning(ContainerId id) => WrongPhase($"container {id.Short} is not running");

    /// <exception cref="ContainerException">It does not run.</exception>
    public ContainerRecord GetRunning(ContainerId id) =>
        Get(id).Record is { Phase: ContainerPhase.Running } record ? record : throw NotRunning(id);

    /// <param name="why">For what it must not be paused.</param>
    /// <exception cref="ContainerException">It does not run, or is paused.</exception>
    public ContainerRecord GetUnpaused(ContainerId id, string why) => GetRunning(id) is { IsPaused: false } record
        ? record
        : throw WrongPhase($"Container {Get(id).Definition.Name} is paused, unpause the container before {why}");

    /// <summary>Lets a paused container go on, since it is to end.</summary>
    public void Thaw(LiveContainer container)
    {
        if (container.Record is not { IsPaused: true, Id: var id }) return;
        _cgroups.SetFrozen(Folders.Cgroup(id), false);
        Begin(() => ChangeAsync(
            id,
            (live, record) =>
            {
                if (record.IsPaused) KeepHappened(live, record with { IsPaused = false });
                return Task.CompletedTask;
            },
            CancellationToken.None));
    }

    /// <remarks>That takes no room on the disk: it may be what makes some.</remarks>
    private ContainerRecord LetGoOn(LiveContainer container, ContainerRecord record)
    {
        _cgroups.SetFrozen(Folders.Cgroup(record.Id), false);
        return KeepHappened(container, record with { IsPaused = false, IsPausedForWork = false });
    }

    /// <summary>Puts down whether one that an earlier engine left paused stands still, and lets it go on where that was
    /// for the engine's work.</summary>
    private ContainerRecord AdoptPaused(LiveContainer container, ContainerRecord record)
    {
        try
        {
            if (record.IsPausedForWork) return LetGoOn(container, record);
        }
        catch (IOException ended)
        {
            LogRefused(ended);
        }

        return KeepHappened(container, record with { IsPaused = _cgroups.IsFrozen(Folders.Cgroup(record.Id)) });
    }

    private async Task<bool> FreezeAsync(ContainerId id, CancellationToken cancellation)
    {
        var path = Folders.Cgroup(id);
        var begun = _time.GetTimestamp();
        do
        {
            // Version 1 may stand at FREEZING until it is told again.
            _cgroups.SetFrozen(path, true);
            if (_cgroups.IsFrozen(path)) return true;
            await Task.Delay(FreezePause, _time, cancellation);
        }
        while (_time.GetElapsedTime(begun) < FreezePatience);
        return false;
    }

    private Task<bool> ChangeAsync(
        ContainerId id, Func<LiveContainer, ContainerRecord, Task> change, CancellationToken cancellation)
    {
        var container = Get(id);
        return AtGateAsync(
            container,
            async () =>
            {
                // What went away while its gate was waited for is not there.
                await change(container, Get(id).Record ?? throw WrongPhase($"container {id.Short} is being made"));
                return true;
            },
            cancellation);
    }

    private static ContainerException WrongPhase(string message) => new(ContainerFault.WrongPhase, message);
}
