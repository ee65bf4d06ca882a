namespace Swarm.Client.Compose;

/// <summary>What reading one service needs to know beyond the service itself.</summary>
/// <param name="Folder">Of the file; what is relative is relative to it.</param>
/// <param name="Networks">Names in the file, and what they are called in the cluster.</param>
/// <param name="Volumes">Likewise, by their names in the file.</param>
/// <param name="Services">Names in the file; the cluster knows them with the stack in front.</param>
internal sealed record ComposeContext(
    string Stack,
    string Folder,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyDictionary<string, string> Networks,
    IReadOnlyDictionary<string, ComposeVolume> Volumes,
    IReadOnlySet<string> Services);
