using System.Globalization;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Images;
using Swarm.Linux.Processes;
using Swarm.Runtime.Adoption;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Images;
using Swarm.Runtime.Making;
using Swarm.Runtime.Records;
using Swarm.Runtime.Users;

namespace Swarm.Runtime;

/// <summary>Create, start, end.</summary>
internal sealed partial class EngineCore
{
    public Task<ContainerState> CreateAsync(ContainerDefinition definition, CancellationToken cancellation) =>
        TakeAsync(definition, (container, record, image) =>
            MakeAsync(container, record, image, cancellation), cancellation);

    public Task<ContainerState> DefineAsync(ContainerDefinition definition, CancellationToken cancellation) =>
        TakeAsync(Resolve(definition), async (container, record, image) =>
        {
            var plan = ContainerPlan.Of(definition, image.Configuration, Environment.MachineName);
            var root = await _images.MountRootAsync(record, image.Id, cancellation);
            WorkingFolder.MakeIn(root, plan.WorkingDirectory, record.Users?.Root);
            record = await WithMountsAsync(record, image, cancellation);
            record = Keep(container, record with { HealthCheck = plan.HealthCheck, StopSignal = plan.StopSignal });
            _ahead.Prepare(record, container.Log);
            return record;
        }, cancellation);

    public Task<ContainerState> StartAsync(ContainerId id, CancellationToken cancellation)
    {
        var container = Get(id);
        return AtGateAsync(container, () => StartAtGateAsync(container, cancellation), cancellation);
    }

    public Task ReleaseCgroupAsync()
    {
        if (!_cgroups.Remove(_options.CgroupParent)) LogCgroupLeft(_options.CgroupParent);
        return Task.CompletedTask;
    }

    private async Task<ContainerState> TakeAsync(
        ContainerDefinition definition, Making make, CancellationToken cancellation)
    {
        EngineNames.Check(definition);
        CpuSetCheck.Check(definition.Spec.Limits, _cgroups);
        MappedUserCheck.Check(definition.Spec, UsersOf(definition.Spec));
        Moves.Expect(); // mostly it is started at once
        while (true)
        {
            var container = Table.Take(definition);
            try
            {
                var state = await AtGateAsync(container, () => CreateAtGateAsync(container, make), cancellation);
                if (state is not null) return state;
            }
            catch (OperationCanceledException)
            {
                await ForgetUnmadeAsync(container);
                throw;
            }
        }
    }

    /// <returns>Null when the container went away while its gate was waited for.</returns>
    private async Task<ContainerState?> CreateAtGateAsync(LiveContainer container, Making make)
    {
        if (container.IsGone) return null;
        if (container.Record is { } existing) return existing.ToState();
        var made = false;
        try
        {
            var definition = container.Definition;
            var image = FindImage(definition);
            var record = new ContainerRecord
            {
                Definition = definition,
                ImageId = image.Id,
                CreatedAt = _time.GetUtcNow(),
                Users = UsersOf(definition.Spec),
            };
            var state = (await make(container, record, image)).ToState();
            made = true;
            Events.Publish(state, "create");
            return state;
        }
        finally
        {
            if (!made) await ForgetHalfMadeAsync(container);
        }
    }

    private async Task<ContainerRecord> MakeAsync(
        LiveContainer container, ContainerRecord record, StoredImage image, CancellationToken cancellation)
    {
        Moves.Expect();
        record = WithNetworks(record);
        File.Delete(Folders.ExitFile(record.Id));
        FollowLog(container);
        record = await WithMountsAsync(record, image, cancellation);
        await _imageMounts.PrepareAsync(record, cancellation);
        await Volumes.AttachAllAsync(record, cancellation);
        var made = await _maker.MakeAsync(record, image, container.Log, cancellation);
        record = Keep(container, record with
        {
            Phase = ContainerPhase.Created,
            IsPaused = false,
            Endpoints = made.Endpoints,
            Ports = made.Ports,
            HealthCheck = made.Plan.HealthCheck,
            StopSignal = made.Plan.StopSignal,
            BootId = HostBoot.Id,
            First = made.First,
            Monitor = made.Monitor,
        });
        _exitWatch?.Follow(record.Id, record.First, record.Monitor);
        FollowMemory(container);
        container.Log.Keep();
        return record;
    }

    private async Task<ContainerState> StartAtGateAsync(LiveContainer container, CancellationToken cancellation)
    {
        if (container.IsGone || container.Record is not { } record)
            return Get(container.Definition.Id).Record!.ToState();
        if (record.IsPaused) throw WrongPhase("cannot start a paused container, try unpause instead");
        if (record.Phase == ContainerPhase.Running) return record.ToState();
        if (record.Phase == ContainerPhase.Ended || !record.First.IsAlive || record.BootId != HostBoot.Id)
        {
            _exitWatch?.Forget(record.Id);
            if (record.First != default)
                await _undoing.EndRunAsync(record.Id, MonitorOf(record), cancellation);
            record = await MakeAgainAsync(container, record, cancellation);
        }

        var lease = record.Definition.Lease;
        if (lease is not null) await Leases.GuardAsync(record.Id, lease, cancellation);

        // Written before the deed: an engine that comes after a crash sees that it may have been done.
        var before = record;
        record = Keep(container, record with
        {
            Phase = ContainerPhase.Running,
            Run = record.Run + 1,
            StartedAt = _time.GetUtcNow(),
            Exit = null,
            KilledForMemory = 0,
            EndedBefore = record.Exit?.At ?? record.EndedBefore,
        });
        var started = false;
        try
        {
            await container.Consoles.ConnectAsync(Folders.AttachSocket(record.Id));
            if (lease is not null) Leases.ExpectHeld(lease);
            Runtime.Start(record.Id);
            started = true;
        }
        finally
        {
            if (!started)
            {
                Keep(container, before);
                Leases.Release(record.Id);
            }
        }

        LogStarted(record.Definition.Name, record.Id.Short, record.Run);
        MoveLinksTo(record);
        TellNetworksOfRun(record, record.Endpoints, "connect");
        Events.Publish(record.ToState(), "start");
        return record.ToState();
    }

    private async Task<ContainerRecord> MakeAgainAsync(
        LiveContainer container, ContainerRecord record, CancellationToken cancellation)
    {
        var image = _images.FindBelow(record.Id) ?? _images.Find(record.ImageId.Value)
            ?? throw new ContainerException(
                ContainerFault.ImageNotFound,
                $"image {record.Definition.Spec.Image} ({record.ImageId}) is no longer on this host");
        try
        {
            return await MakeAsync(container, record, image, cancellation);
        }
        catch
        {
            // What the last run left stays as it was, writable layer and log included.
            try
            {
                await _undoing.EndRunAsync(record.Id, default, CancellationToken.None);
            }
            finally
            {
                await _networks.DetachAsync(record.Id, CancellationToken.None);
                await Volumes.DetachAllAsync(record.Id);
            }

            throw;
        }
    }

    /// <summary>Puts down that the run is over, and tells.</summary>
    private async Task<ContainerRecord> EndAsync(
        LiveContainer container, ContainerRecord record, CancellationToken cancellation)
    {
        var exit = _exitFile.Read(record);
        var left = record.Endpoints;
        record = KeepHappened(container, record with
        {
            Phase = ContainerPhase.Ended,
            IsPaused = false,
            Exit = exit,
            Endpoints = [],
            Ports = [],
        });
        _exitWatch?.Forget(record.Id);
        Leases.Release(record.Id);
        container.LogWatch?.Dispose();
        container.MemoryWatch?.Dispose();
        container.Consoles.EndRun();
        LogEnded(record.Definition.Name, record.Id.Short, exit.Run, exit.ExitCode, exit.OutOfMemory);
        PublishEnd(record, exit);
        try
        {
            // Its address and ports are free for others while it only waits to be looked at.
            await _networks.DetachAsync(record.Id, cancellation);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ContainerException)
        {
            LogRefused(refused);
            Begin(() => DetachAtLastAsync(container, exit.Run));
        }
        finally
        {
            await Volumes.DetachAllAsync(record.Id);
            TellNetworksOfRun(record, left, "disconnect");
            // At last: who hears of it tells what came of that, and "stop" comes after "die".
            _exits.Writer.TryWrite(exit);
        }

        return record;
    }

    /// <summary>Takes one that has ended out of its networks, which was refused at its end.</summary>
    private async Task DetachAtLastAsync(LiveContainer container, int run)
    {
        do await Task.Delay(EndAgainAfter, _time, _closing.Token);
        while (!await AtGateAsync(container, () => TryDetachAsync(container, run), _closing.Token));
    }

    /// <returns>Whether there is nothing more to do; so also where it was started again, or removed.</returns>
    private async Task<bool> TryDetachAsync(LiveContainer container, int run)
    {
        if (container.IsGone || container.Record is not { Phase: ContainerPhase.Ended } record || record.Run != run)
            return true;
        try
        {
            await _networks.DetachAsync(record.Id, _closing.Token);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ContainerException)
        {
            return false;
        }
    }

    private void PublishEnd(ContainerRecord record, ContainerExit exit)
    {
        if (exit.OutOfMemory && record.KilledForMemory == 0) Events.Publish(record.ToState(), "oom");
        var lasted = (long)((exit.At - record.StartedAt)?.TotalSeconds ?? 0);
        Events.Publish(
            record.ToState(), "die",
            ("execDuration", Math.Max(0, lasted).ToString(CultureInfo.InvariantCulture)),
            ("exitCode", exit.ExitCode.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Whether it runs, or is about to: its first process and its namespaces are there.</summary>
    private static bool HasProcess(ContainerRecord record) =>
        record.Phase != ContainerPhase.Ended && record.BootId == HostBoot.Id && record.First.IsAlive;

    private static ProcessIdentity MonitorOf(ContainerRecord record) =>
        record.BootId == HostBoot.Id ? record.Monitor : default;

    /// <summary>Makes as much of a new container as is wanted, and keeps its record.</summary>
    private delegate Task<ContainerRecord> Making(LiveContainer container, ContainerRecord record, StoredImage image);

    [LoggerMessage(LogLevel.Warning, "The cgroup {Path} could not be removed: something is in it still")]
    private partial void LogCgroupLeft(string path);

    [LoggerMessage(LogLevel.Information, "Container {Name} ({Container}) started, run {Run}")]
    private partial void LogStarted(string name, string container, int run);

    [LoggerMessage(LogLevel.Information,
        "Container {Name} ({Container}) ended run {Run} with {Code}, out of memory: {OutOfMemory}")]
    private partial void LogEnded(string name, string container, int run, int code, bool outOfMemory);
}
