using System.Globalization;
using Swarm.Core;
using Swarm.Linux.Cgroups;
using Swarm.Runtime.Records;

namespace Swarm.Runtime.Exits;

/// <summary>Reads what conmon left at a container's end.</summary>
internal sealed class ExitFile(EngineFolders folders, ICgroups cgroups, TimeProvider time)
{
    public const int Unknown = -1;

    public bool Exists(ContainerId id) => File.Exists(folders.ExitFile(id));

    /// <summary>How the container ended; with code -1 when nobody was there to learn it.</summary>
    public ContainerExit Read(ContainerRecord record)
    {
        var id = record.Id;
        var path = folders.ExitFile(id);
        var outOfMemory = record.KilledForMemory > 0 || MemoryNotice.IsThere(folders, id)
            // conmon may see the end before it sees the kernel's notice.
            || cgroups.Read(folders.Cgroup(id)) is { OutOfMemoryKills: > 0 };
        if (!File.Exists(path)) return new ContainerExit(id, record.Run, Unknown, outOfMemory, time.GetUtcNow());
        var code = int.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out var number)
            ? number
            : Unknown;
        return new ContainerExit(
            id, record.Run, code, outOfMemory, new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero));
    }

    public void Remove(ContainerId id) => File.Delete(folders.ExitFile(id));
}
