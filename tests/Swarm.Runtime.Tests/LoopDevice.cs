namespace Swarm.Runtime.Tests;

/// <summary>A block device over a file, with a scheduler of its own; gone at the end.</summary>
internal sealed class LoopDevice : IDisposable
{
    private readonly string _file;

    private LoopDevice(string file, string path) => (_file, Path) = (file, path);

    public string Path { get; }

    /// <summary>As <c>7:0</c>.</summary>
    public string Number => File.ReadAllText(Of("dev")).Trim();

    /// <exception cref="IOException">The kernel has no such scheduler.</exception>
    public static LoopDevice Make(string scheduler)
    {
        var file = System.IO.Path.GetTempFileName();
        using (var image = File.OpenWrite(file)) image.SetLength(8 << 20);
        var device = new LoopDevice(file, Host.Run("losetup", "--show", "--find", file).Trim());
        try
        {
            File.WriteAllText(device.Of("queue/scheduler"), scheduler);
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        File.WriteAllText(Of("queue/scheduler"), "none");
        Host.Run("losetup", "--detach", Path);
        File.Delete(_file);
    }

    private string Of(string name) => $"/sys/block/{System.IO.Path.GetFileName(Path)}/{name}";
}
