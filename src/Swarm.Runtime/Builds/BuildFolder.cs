using Swarm.Linux.Files;

namespace Swarm.Runtime.Builds;

/// <summary>A folder for the files of one build.</summary>
internal sealed class BuildFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root;
    private readonly string _name = Guid.NewGuid().ToString("N");
    private int _disposed;

    public BuildFolder(string root)
    {
        _root = root;
        Directory.CreateDirectory(Files, OwnerOnly);
        Directory.CreateDirectory(Scratch, OwnerOnly);
    }

    /// <summary>What was sent.</summary>
    public string Files => Path.Join(_root, _name, "files");

    /// <summary>What is fetched, or made in between.</summary>
    public string Scratch => Path.Join(_root, _name, "scratch");

    /// <summary>Removes what builds left whose process died.</summary>
    public static void RemoveAll(string root)
    {
        Directory.CreateDirectory(root, OwnerOnly);
        using var folder = Folder.Open(root);
        foreach (var name in folder.Names()) folder.RemoveTree(System.Text.Encoding.UTF8.GetString(name));
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        using var folder = Folder.Open(_root);
        folder.RemoveTree(_name);
    }
}
