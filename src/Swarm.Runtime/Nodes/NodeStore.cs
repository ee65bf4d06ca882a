using System.Collections.Immutable;
using System.Security.Cryptography;
using Nerdbank.MessagePack;
using Swarm.Core;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Nodes;

/// <summary>The node's own files: its id, and one file for each service.</summary>
/// <remarks>
/// Under the folder: <c>id</c>, and <c>services/NAME</c> with the name escaped as in a URL. Each is written aside,
/// brought to the disk and renamed. A broken one is renamed to <c>NAME.broken</c>, for people
/// to look at. Told in docs/node.md.
/// </remarks>
public sealed class NodeStore : INodeStore
{
    private const string Broken = ".broken";
    private const string IdCharacters = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int IdLength = 25;
    private static readonly MessagePackSerializer Serializer = new();

    private readonly string _idPath;
    private readonly string _services;

    /// <param name="folder">Of the node, below the data root; made where it is missing.</param>
    /// <exception cref="NodeStoreException">It cannot be made.</exception>
    public NodeStore(string folder)
    {
        (_idPath, _services) = (Path.Combine(folder, "id"), Path.Combine(folder, "services"));
        Try($"making {_services}", () => Directory.CreateDirectory(_services));
    }

    /// <summary>Where the file of each service is.</summary>
    public string ServicesFolder => _services;

    /// <summary>Whether there is a file of any service, whole or broken.</summary>
    public bool KeepsServices => Directory.EnumerateFiles(_services).Any();

    /// <summary>A new id for a host that has none.</summary>
    public static NodeId ChooseId() => new(RandomNumberGenerator.GetString(IdCharacters, IdLength));

    /// <summary>The id of this host: the one it keeps, or a first one, which it keeps from now on.</summary>
    /// <exception cref="NodeStoreException">The kept id is broken, or cannot be read or written.</exception>
    public NodeId Identify(Func<NodeId> choose)
    {
        if (!File.Exists(_idPath))
        {
            var chosen = choose();
            Try($"writing {_idPath}",
                () => SealedFile.Write(_idPath, System.Text.Encoding.ASCII.GetBytes(chosen.Value)));
            return chosen;
        }

        var kept = "";
        Try($"reading {_idPath}", () => kept = System.Text.Encoding.ASCII.GetString(SealedFile.Read(_idPath)));
        return kept.Length == IdLength && kept.All(IdCharacters.Contains)
            ? new NodeId(kept)
            : throw new NodeStoreException($"reading {_idPath}: '{kept}' is no id of a node. {Advice(_idPath)}");
    }

    public KeptNode Load()
    {
        var services = ImmutableArray.CreateBuilder<KeptService>();
        var unreadable = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        string[] files = [];
        Try($"reading {_services}", () => files = Directory.GetFiles(_services));
        foreach (var path in files.Order(StringComparer.Ordinal))
        {
            if (SealedFile.IsAside(path))
            {
                // A write that a crash cut off: the file it was for is whole.
                Try($"deleting {path}", () => File.Delete(path));
            }
            else if (path.EndsWith(Broken, StringComparison.Ordinal))
            {
                // Set aside by an earlier start, and told then.
                continue;
            }
            else
            {
                var (kept, fault) = Read(path);
                if (kept is not null)
                {
                    services.Add(kept);
                    continue;
                }

                Try($"setting {path} aside", () => Durability.Replace(path + Broken, path));
                unreadable[NameOf(path)] = $"{path}: {fault}; it is now {path}{Broken}";
            }
        }

        return new KeptNode(services.ToImmutable(), unreadable.ToImmutable());
    }

    public async Task SaveAsync(KeptService service)
    {
        var path = PathOf(service.Name);
        var content = Serializer.Serialize(service);
        // fsync blocks: never on the caller's thread
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Try($"writing {path}", () => SealedFile.Write(path, content));
    }

    public async Task ForgetAsync(ServiceName service)
    {
        var path = PathOf(service);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Try($"deleting {path}", () =>
        {
            File.Delete(path);
            Durability.SyncFolder(Path.GetDirectoryName(path)!);
        });
    }

    private (KeptService? Kept, string? Fault) Read(string path)
    {
        try
        {
            var kept = Serializer.Deserialize<KeptService>(SealedFile.Read(path));
            return kept is null || PathOf(kept.Name) != path ? (null, "it tells of another service") : (kept, null);
        }
        catch (Exception cause) when (cause is InvalidDataException or MessagePackSerializationException)
        {
            return (null, cause.Message);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new NodeStoreException($"reading {path}: {cause.Message}", cause);
        }
    }

    /// <summary>No name has a dot, so that none leaves the folder or looks like a file that was set aside.</summary>
    private string PathOf(ServiceName name) =>
        Path.Combine(_services, Uri.EscapeDataString(name.Value).Replace(".", "%2E", StringComparison.Ordinal));

    private static string NameOf(string path) => Uri.UnescapeDataString(Path.GetFileName(path));

    private static string Advice(string path) =>
        $"Restore the file, or delete {path}: the host then joins as a new node, and its former tasks are replaced.";

    private static void Try(string attempt, Action act)
    {
        try
        {
            act();
        }
        catch (InvalidDataException cause)
        {
            throw new NodeStoreException($"{attempt}: {cause.Message}. {Advice(attempt.Split(' ')[^1])}", cause);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new NodeStoreException($"{attempt}: {cause.Message}", cause);
        }
    }
}
