namespace Swarm.Images;

/// <summary>A place to make things in before they are moved to where they are seen.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly StoreFolders _folders;

    public ScratchFolder(StoreFolders folders)
    {
        _folders = folders;
        Path = System.IO.Path.Combine(folders.Scratch, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Path { get; }

    /// <summary>A path within it that nothing has yet.</summary>
    public string NewPath() => System.IO.Path.Combine(Path, Guid.NewGuid().ToString("N"));

    public void Dispose() => _folders.Discard(Path);
}
