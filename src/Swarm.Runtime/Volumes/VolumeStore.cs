using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Runtime.Events;
using Swarm.Runtime.Records;

namespace Swarm.Runtime.Volumes;

/// <summary>Which volumes there are, and who has them. A volume that somebody has is never removed.</summary>
internal sealed partial class VolumeStore(
    EngineFolders folders, VolumeMounting mounting, EventLog events, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly VolumeFolder _folder = new(folders, logger);
    private readonly Dictionary<string, LiveVolume> _volumes = new(StringComparer.Ordinal);

    /// <summary>Finds the volumes, and who had them when the last engine ended.</summary>
    /// <param name="alive">Containers whose processes live, and keep what is mounted.</param>
    public void Open(IReadOnlyCollection<ContainerRecord> records, IReadOnlySet<ContainerId> alive)
    {
        foreach (var volume in _folder.ReadAll()) _volumes.Add(volume.Name, volume);
        foreach (var record in records)
        {
            foreach (var name in NamesOf(record))
            {
                if (!_volumes.TryGetValue(name, out var volume))
                {
                    LogMissing(name, record.Id.Short);
                    continue;
                }

                volume.Users.Add(record.Id);
                if (alive.Contains(record.Id)) volume.Mounters.Add(record.Id.Value);
            }
        }

        foreach (var volume in _volumes.Values.Where(volume => volume.Mounters.Count == 0 && volume.Record.IsMounted))
            VolumeMounting.Unmount(volume);
    }

    public ImmutableArray<VolumeState> List()
    {
        lock (_lock)
        {
            return
            [
                .. _volumes.Values.Select(volume => volume.ToState()).OrderBy(
                    volume => volume.Name, StringComparer.Ordinal),
            ];
        }
    }

    public VolumeState? Find(string name)
    {
        lock (_lock) return _volumes.GetValueOrDefault(name)?.ToState();
    }

    /// <summary>Makes a volume, unless there is one of that name.</summary>
    /// <exception cref="ContainerException">One of that name has other options.</exception>
    public VolumeState Create(VolumeDefinition definition)
    {
        lock (_lock)
        {
            if (!_volumes.TryGetValue(definition.Name, out var volume)) volume = Make(definition, null);
            else if (!IsSame(definition.Options, volume.Record.Definition.Options)) throw OtherOptions(definition.Name);
            return volume.ToState();
        }
    }

    /// <summary>Gives a container a volume, which is made where there is none.</summary>
    /// <param name="isItsOwn">It is to be gone with a container that could not be made.</param>
    public LiveVolume Take(VolumeDefinition definition, ContainerId user, bool isItsOwn)
    {
        lock (_lock)
        {
            if (!_volumes.TryGetValue(definition.Name, out var volume))
                volume = Make(definition, isItsOwn ? user.Value : null);
            volume.Users.Add(user);
            return volume;
        }
    }

    /// <summary>Gives a container a volume of another one.</summary>
    /// <exception cref="ContainerException">It was removed meanwhile.</exception>
    public LiveVolume TakeExisting(string name, ContainerId user)
    {
        lock (_lock)
        {
            var volume = _volumes.GetValueOrDefault(name)
                ?? throw new ContainerException(ContainerFault.Invalid, $"volume {name} is not there any more");
            volume.Users.Add(user);
            return volume;
        }
    }

    /// <exception cref="ContainerException">There is no such volume.</exception>
    public LiveVolume Get(string name)
    {
        lock (_lock) return _volumes.GetValueOrDefault(name) ?? throw Missing(name);
    }

    /// <summary>A container has its volumes no more.</summary>
    /// <param name="goes">Which of them are removed, where nobody else has them.</param>
    public void Release(ContainerId user, Func<LiveVolume, bool> goes)
    {
        List<LiveVolume> removed = [];
        lock (_lock)
        {
            foreach (var volume in _volumes.Values.Where(volume => volume.Users.Contains(user)).ToArray())
            {
                volume.Users.Remove(user);
                if (goes(volume) && TryTakeAway(volume)) removed.Add(volume);
                else if (volume.Record.MadeFor == user.Value) Keep(volume);
            }
        }

        if (removed.Count > 0) ClearAway(removed);
    }

    /// <exception cref="ContainerException">There is none, or somebody has it.</exception>
    public void Remove(string name)
    {
        LiveVolume? volume;
        lock (_lock)
        {
            volume = _volumes.GetValueOrDefault(name) ?? throw Missing(name);
            if (!TryTakeAway(volume)) throw InUse(volume);
        }

        ClearAway([volume]);
    }

    /// <returns>Whether it was there, and nobody had it.</returns>
    public bool TryRemove(string name)
    {
        LiveVolume? volume;
        lock (_lock)
        {
            if (!_volumes.TryGetValue(name, out volume) || !TryTakeAway(volume)) return false;
        }

        ClearAway([volume]);
        return true;
    }

    /// <summary>Removes what was made for containers that never came to be.</summary>
    public void RemoveOrphans(Func<ContainerId, bool> exists)
    {
        foreach (var volume in List())
        {
            LiveVolume? live;
            lock (_lock) live = _volumes.GetValueOrDefault(volume.Name);
            if (live?.Record.MadeFor is { } owner && !exists(new ContainerId(owner))) TryRemove(volume.Name);
        }
    }

    public static IEnumerable<string> NamesOf(ContainerRecord record) => (record.Mounts ?? [])
        .Where(mount => mount.Spec.Kind == Core.Containers.MountKind.Volume)
        .Select(mount => mount.Spec.Source)
        .Distinct(StringComparer.Ordinal);

    private LiveVolume Make(VolumeDefinition definition, string? madeFor)
    {
        VolumeRules.CheckName(definition.Name);
        VolumeRules.CheckOptions(definition);
        var volume = _folder.Make(new VolumeRecord(definition, time.GetUtcNow()) { MadeFor = madeFor });
        _volumes.Add(definition.Name, volume);
        Tell(volume, "create");
        return volume;
    }

    private bool TryTakeAway(LiveVolume volume)
    {
        if (volume.Users.Count > 0 || volume.Mounters.Count > 0) return false;
        // First on the disk: what cannot be taken away there is there still.
        _folder.Remove(volume);
        _volumes.Remove(volume.Name);
        return true;
    }

    private void ClearAway(List<LiveVolume> removed)
    {
        foreach (var volume in removed)
        {
            LogRemoved(volume.Name);
            Tell(volume, "destroy");
        }

        _folder.ClearGone();
    }

    /// <summary>It stays, though its container is gone.</summary>
    private static void Keep(LiveVolume volume)
    {
        volume.Record = volume.Record with { MadeFor = null };
        VolumeFolder.Write(volume);
    }

    private void Tell(LiveVolume volume, string action, params ReadOnlySpan<(string Key, string Value)> more)
    {
        var attributes = ImmutableSortedDictionary<string, string>.Empty.Add("driver", "local");
        foreach (var (key, value) in more) attributes = attributes.SetItem(key, value);
        events.Publish("volume", action, volume.Name, attributes);
    }

    private static bool IsSame(
        ImmutableSortedDictionary<string, string> asked, ImmutableSortedDictionary<string, string> has) =>
        asked.IsEmpty || asked.SequenceEqual(has);

    private static ContainerException Missing(string name) =>
        new(ContainerFault.NotFound, $"get {name}: no such volume");

    private static ContainerException InUse(LiveVolume volume) => new(
        ContainerFault.Conflict,
        $"remove {volume.Name}: volume is in use - ["
        + string.Join(", ", volume.Users.Select(user => user.Value).DefaultIfEmpty("its files are being read")) + "]");

    private static ContainerException OtherOptions(string name) => new(
        ContainerFault.Conflict, $"create {name}: conflict: there is a volume of this name with other options");

    [LoggerMessage(LogLevel.Information, "Volume {Name} was removed")]
    private partial void LogRemoved(string name);

    [LoggerMessage(LogLevel.Error, "Volume {Name} of container {Container} is not there any more")]
    private partial void LogMissing(string name, string container);
}
