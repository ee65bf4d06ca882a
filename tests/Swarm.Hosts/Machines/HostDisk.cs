namespace Swarm.Hosts.Machines;

/// <summary>A file system in a file, which a host has as its disk. It fills up.</summary>
/// <remarks>Mounted where the tests are, before the host is on: so both see what is on it. The kernel lets go of its
/// loop device when nobody has it mounted any more, also when the tests were killed.</remarks>
public sealed class HostDisk
{
    private readonly string _path;

    private HostDisk(string path) => _path = path;

    private string Filler => $"{_path}/filler";

    /// <exception cref="InvalidOperationException">What a tool said.</exception>
    internal static async Task<HostDisk> MakeAsync(string file, string path, int mebibytes)
    {
        await using (var image = File.Create(file)) image.SetLength((long)mebibytes << 20);
        await Command.RunAsync("mkfs.xfs", "-q", file);
        Directory.CreateDirectory(path);
        await Command.RunAsync("mount", "-o", "loop", file, path);
        return new HostDisk(path);
    }

    /// <summary>Something takes all that is free.</summary>
    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[1 << 20];
        for (var size = block.Length; size >= 4096; size /= 2)
        {
            try
            {
                while (true) filler.Write(block, 0, size);
            }
            catch (IOException)
            {
                // Smaller pieces may fit still.
            }
        }
    }

    /// <summary>What has filled it goes.</summary>
    public void Clear() => File.Delete(Filler);

    internal Task RemoveAsync() => Command.RunAsync("umount", _path);
}
