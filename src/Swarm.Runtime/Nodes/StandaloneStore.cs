using System.Collections.Immutable;
using Nerdbank.MessagePack;
using Swarm.Core;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Nodes;

/// <summary>One file for each container that belongs to no service: <c>containers/ID</c> in the node's folder; for one
/// that removes itself, and so is gone when the host is started again, in a folder that is gone then, too.</summary>
/// <remarks>Written as those of services are: aside, brought to the disk, renamed. Told in docs/node.md.</remarks>
public sealed class StandaloneStore : IStandaloneStore
{
    private const string BrokenEnd = ".broken";
    private static readonly MessagePackSerializer Serializer = new();

    private readonly string _folder;
    private readonly string _passing;

    /// <param name="nodeFolder">Of the node, below the data root.</param>
    /// <param name="passingFolder">In memory, as the run root is.</param>
    /// <exception cref="NodeStoreException">One of them cannot be made.</exception>
    public StandaloneStore(string nodeFolder, string passingFolder)
    {
        (_folder, _passing) = (Path.Combine(nodeFolder, "containers"), passingFolder);
        foreach (var folder in (string[])[_folder, _passing])
            Try($"making {folder}", () => Directory.CreateDirectory(folder));
    }

    public (ImmutableArray<KeptContainer> Containers, ImmutableArray<string> Broken) Load()
    {
        var containers = ImmutableArray.CreateBuilder<KeptContainer>();
        var broken = ImmutableArray.CreateBuilder<string>();
        var paths = ((string[])[_folder, _passing])
            .SelectMany(folder => Try($"reading {folder}", () => Directory.GetFiles(folder)))
            .Order(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (path.EndsWith(BrokenEnd, StringComparison.Ordinal)) continue;
            if (SealedFile.IsAside(path))
            {
                Try($"deleting {path}", () => File.Delete(path));
                continue;
            }

            var (kept, fault) = Try($"reading {path}", () => Read(path));
            if (kept is not null)
            {
                containers.Add(kept);
                continue;
            }

            Try($"setting {path} aside", () => Durability.Replace(path + BrokenEnd, path));
            broken.Add($"{path}: {fault}; it is now {path}{BrokenEnd}");
        }

        return (containers.ToImmutable(), broken.ToImmutable());
    }

    public async Task SaveAsync(KeptContainer container)
    {
        ArgumentNullException.ThrowIfNull(container);
        var path = PathOf(container.Settings.RemovesItself ? _passing : _folder, container.Id);
        var content = Serializer.Serialize(container);
        // fsync blocks: never on the caller's thread
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Try($"writing {path}", () => SealedFile.Write(path, content));
    }

    public async Task ForgetAsync(ContainerId container)
    {
        var (path, passing) = (PathOf(_folder, container), PathOf(_passing, container));
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Try($"deleting {passing}", () => File.Delete(passing));
        Try($"deleting {path}", () =>
        {
            if (!File.Exists(path)) return;
            File.Delete(path);
            Durability.SyncFolder(_folder);
        });
    }

    private static (KeptContainer? Kept, string Fault) Read(string path)
    {
        try
        {
            var kept = Serializer.Deserialize<KeptContainer>(SealedFile.Read(path));
            return kept is null || PathOf(Path.GetDirectoryName(path)!, kept.Id) != path
                ? (null, "it tells of another container")
                : (kept, "");
        }
        catch (Exception cause) when (cause is IOException or InvalidDataException or MessagePackSerializationException)
        {
            return (null, cause.Message);
        }
    }

    /// <summary>An id is of letters and digits: it never leaves the folder.</summary>
    private static string PathOf(string folder, ContainerId id) =>
        Path.Combine(folder, Uri.EscapeDataString(id.Value));

    private static void Try(string attempt, Action act) => Try(attempt, () =>
    {
        act();
        return true;
    });

    private static T Try<T>(string attempt, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new NodeStoreException($"{attempt}: {cause.Message}", cause);
        }
    }
}
