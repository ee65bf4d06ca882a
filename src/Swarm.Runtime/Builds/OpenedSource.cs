namespace Swarm.Runtime.Builds;

/// <summary>A tree of files to copy from, as long as it is needed.</summary>
/// <param name="Scratch">Where files may be put that are fetched.</param>
/// <param name="Mounted">Where it is an image's: its root, which goes with it.</param>
internal sealed record OpenedSource(SourceTree Files, string Scratch, MountedRoot? Mounted) : IDisposable
{
    public void Dispose()
    {
        if (Mounted is null) return;
        Files.Dispose();
        Mounted.Dispose();
    }
}
