using Swarm.Core;

namespace Swarm.Runtime.Volumes;

/// <summary>A volume of this engine. Its sets change under the store's lock.</summary>
internal sealed class LiveVolume(VolumeRecord record, string folder)
{
    private const string ContentName = "_data";

    public VolumeRecord Record { get; set; } = record;

    public string Name => Record.Definition.Name;

    public string Folder => folder;

    public string Content => Path.Join(folder, ContentName);

    /// <summary>Containers that have it, running or not.</summary>
    public HashSet<ContainerId> Users { get; } = [];

    /// <summary>Those among them, and works on their files, that need its content now.</summary>
    public HashSet<string> Mounters { get; } = [];

    /// <summary>Held while it is mounted, unmounted or filled.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    public VolumeState ToState() => new(Record.Definition, Content, Record.CreatedAt)
    {
        Users = [.. Users.OrderBy(user => user.Value, StringComparer.Ordinal)],
    };
}
