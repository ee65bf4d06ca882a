using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Runtime.Adoption;
using Swarm.Linux.Mounts;
using Swarm.Linux.Processes;
using Swarm.Linux.Watching;
using Swarm.Runtime.Exits;
using Swarm.Runtime.Making;
using Swarm.Runtime.Records;
using Swarm.Runtime.Users;
using Swarm.Runtime.Volumes;

namespace Swarm.Runtime;

/// <summary>Finding what earlier engines left, and noticing ends.</summary>
internal sealed partial class EngineCore
{
    private static readonly TimeSpan EndAgainAfter = TimeSpan.FromSeconds(1), WriteAgainAfter = EndAgainAfter;

    public async Task OpenAsync(CancellationToken cancellation)
    {
        Folders.Make();
        TakeLock();
        // What commands were to read whose end no engine saw.
        foreach (var left in Directory.GetDirectories(Folders.Execs)) Directory.Delete(left, recursive: true);
        _nullDevice = NullDevice.Protect();
        if (_options.Users is { } users)
            await MappingProbe.RequireAsync(users, _options.DataRoot, Folders.Subpaths, cancellation);
        _cgroups.MakeParent(_options.CgroupParent);
        var (records, unreadable) = _records.ReadAll();
        foreach (var record in records) Table.Take(record.Definition).Record = record;
        _orphans = new OrphanReaper(Path.GetFileName(_options.ConmonPath), Path.GetFileName(_options.CrunPath));
        // Before looking, so that what ends meanwhile is not missed.
        _exitWatch = new ExitWatch(
            Watch, Folders.Exits, NoticeFirstEnd, NoticeEnd, NoticeAll, work => Begin(() => DoLaterAsync(work)));
        _arrivals = new ArrivalWatch(Watch, () => Begin(CheckLogsAsync));

        var alive = records.Where(record => Judge(record) is AdoptionVerdict.Follow or AdoptionVerdict.FollowUnstarted);
        await Leases.OpenAsync(
            [
                .. from record in records
                   where record.Definition.Lease is not null && Judge(record) == AdoptionVerdict.Follow
                   select (record.Id, record.Definition.Lease!),
            ],
            cancellation);
        var living = alive.Select(record => record.Id).ToHashSet();
        HeldSubpaths.ClearAll(Folders);
        Volumes.Open(records, living);
        await _networks.OpenAsync(living, cancellation);
        foreach (var container in Table.All) await AdoptAsync(container, cancellation);
        // What it was to be is not known any more, so it is replaced: it must not run beside its successor.
        foreach (var id in unreadable.Select(id => new ContainerId(id)))
            await TryUndoAsync(id, () => _undoing.EndRunAsync(id, default, cancellation));
        await RemoveOrphansAsync(unreadable, cancellation);
        _logTimer = _time.CreateTimer(
            _ => Begin(CheckLogsAsync), null, _options.LogCheckInterval, Timeout.InfiniteTimeSpan);
    }

    private void TakeLock()
    {
        try
        {
            _lock = new FileStream(Folders.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held)
        {
            throw new ContainerException(ContainerFault.Conflict, $"another engine works at {_options.RunRoot}", held);
        }
    }

    private AdoptionVerdict Judge(ContainerRecord record) => Adoptions.Judge(
        record, HostBoot.Id, _exitFile.Exists(record.Id), record.First.IsAlive, record.Monitor.IsAlive,
        Runtime.IsWaiting(record.Id, record.First));

    private Task<bool> AdoptAsync(LiveContainer container, CancellationToken cancellation) => AtGateAsync(
        container,
        async () =>
        {
            if (container.Record is not { } record) return false;
            var verdict = Judge(record);
            if (verdict == AdoptionVerdict.Keep) LetGoOfNetworks(container, record);
            if (verdict == AdoptionVerdict.End) await EndAsync(container, record, cancellation);
            if (verdict == AdoptionVerdict.FollowUnstarted)
            {
                record = KeepHappened(
                    container, record with { Phase = ContainerPhase.Created, Run = record.Run - 1, StartedAt = null });
            }

            if (record.IsPaused && verdict == AdoptionVerdict.Follow) record = AdoptPaused(container, record);
            if (verdict is not (AdoptionVerdict.Follow or AdoptionVerdict.FollowUnstarted)) return true;
            _exitWatch!.Follow(record.Id, record.First, record.Monitor);
            FollowMemory(container);
            FollowLog(container);
            await SettleNetworksAsync(container, record, cancellation);
            LogAdopted(record.Definition.Name, record.Id.Short, record.First.Pid);
            return true;
        },
        cancellation);

    /// <summary>What one that was not started had of the networks went with that boot of the host: others may have it.
    /// </summary>
    private void LetGoOfNetworks(LiveContainer container, ContainerRecord record)
    {
        if (record.BootId == HostBoot.Id || (record.Endpoints.IsEmpty && record.Ports.IsEmpty)) return;
        KeepHappened(container, record with { Endpoints = [], Ports = [] });
    }

    private async Task RemoveOrphansAsync(IReadOnlySet<string> unreadable, CancellationToken cancellation)
    {
        bool IsKnown(ContainerId id) => Table.Find(id) is not null || unreadable.Contains(id.Value);
        var orphans = Directory.GetDirectories(Folders.RuntimeRoot)
            .Concat(Directory.GetDirectories(Folders.Containers))
            .Select(path => new ContainerId(Path.GetFileName(path)))
            // conmon writes ID.XXXXXX and renames it: perhaps at this moment, for a container that is known.
            .Concat(Directory.GetFiles(Folders.Exits)
                .Select(path => new ContainerId(Path.GetFileNameWithoutExtension(path))))
            .Concat(_images.WritableLayers().Except(Table.All
                .SelectMany(container => container.Record is { } record ? ImageMounts.RootsOf(record) : [])))
            .Where(id => !IsKnown(id))
            .ToHashSet();
        HashSet<ContainerId> left = [];
        foreach (var orphan in orphans)
        {
            if (!await TryUndoAsync(orphan, () => RemoveOrphanAsync(orphan, cancellation))) left.Add(orphan);
        }

        var bundles = Table.All.Select(container => container.Definition.Id)
            .Concat(unreadable.Select(id => new ContainerId(id)))
            .Concat(left)
            .Select(EngineFolders.BundleName)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var bundle in Directory.GetDirectories(Folders.Bundles))
        {
            if (bundles.Contains(Path.GetFileName(bundle))) continue;
            SharedMemory.Release(bundle);
            Directory.Delete(bundle, recursive: true);
        }

        Volumes.RemoveOrphans(id => IsKnown(id) || left.Contains(id));
    }

    private async Task RemoveOrphanAsync(ContainerId orphan, CancellationToken cancellation)
    {
        await _undoing.UndoAsync(orphan, default, cancellation);
        _records.Remove(orphan);
        LogOrphan(orphan.Short);
    }

    /// <remarks>What the kernel does not let be ended keeps nobody from the others.</remarks>
    /// <returns>Whether it was done; else the next opening tries again.</returns>
    private async Task<bool> TryUndoAsync(ContainerId id, Func<Task> undo)
    {
        try
        {
            await undo();
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ContainerException)
        {
            LogLeft(refused, id.Short);
            return false;
        }
    }

    private void NoticeFirstEnd(ContainerId id) => Table.Find(id)?.Consoles.LiftLimits();

    /// <remarks>On the watch's thread: the work is done on others.</remarks>
    private void NoticeEnd(ContainerId id)
    {
        if (Table.Find(id) is { } container) Begin(() => EndAtLastAsync(container));
    }

    private void NoticeAll()
    {
        foreach (var container in Table.All) Begin(() => EndAtLastAsync(container));
    }

    private async Task DoLaterAsync(Action work)
    {
        await Task.Delay(EndAgainAfter, _time, _closing.Token);
        work();
    }

    /// <remarks>An end is noticed once only, and what has to be done about it may be refused for a while.</remarks>
    private async Task EndAtLastAsync(LiveContainer container)
    {
        while (true)
        {
            try
            {
                await EndWhenOverAsync(container);
                return;
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ContainerException)
            {
                LogRefused(refused);
            }

            await Task.Delay(EndAgainAfter, _time, _closing.Token);
        }
    }

    private Task<bool> EndWhenOverAsync(LiveContainer container) => AtGateAsync(
        container,
        async () =>
        {
            if (container.IsGone || container.Record is not { Phase: not ContainerPhase.Ended } record) return false;
            // The notice may be of an earlier run, or come before conmon has written the code.
            var isOver = _exitFile.Exists(record.Id) || (!record.First.IsAlive && !record.Monitor.IsAlive);
            if (isOver) await EndAsync(container, record, CancellationToken.None);
            return isOver;
        },
        _closing.Token);

    /// <inheritdoc cref="Begin(Func{Task})"/>
    /// <param name="work">Is cancelled when the engine closes.</param>
    internal void Begin(Func<CancellationToken, Task> work) => Begin(() => work(_closing.Token));

    /// <summary>Begins work that nobody waits for; what goes wrong in it is logged.</summary>
    private void Begin(Func<Task> work)
    {
        if (_closing.IsCancellationRequested) return;
        _ = _work.RunAsync(() => LoggedAsync(work), _closing.Token);
    }

    private async Task LoggedAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The engine closes; the next one looks again.
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ContainerException)
        {
            LogRefused(refused);
        }
    }

    [LoggerMessage(LogLevel.Information, "Container {Name} ({Container}) was found running as process {Pid}")]
    private partial void LogAdopted(string name, string container, int pid);

    [LoggerMessage(
        LogLevel.Warning, "What was left of container {Container}, of which there is no record, was removed")]
    private partial void LogOrphan(string container);

    [LoggerMessage(
        LogLevel.Error,
        "What was left of container {Container}, which nobody knows any more, could not be ended: it is tried again "
        + "when the engine opens next")]
    private partial void LogLeft(Exception cause, string container);

    [LoggerMessage(LogLevel.Error, "A container's end or log could not be dealt with")]
    private partial void LogRefused(Exception cause);
}
