using System.Diagnostics;
using Swarm.Daemon.Host;

namespace Swarm.Daemon.Tests;

/// <summary>A data root that another has is told apart from one that nothing can be kept in.</summary>
public sealed class DataRootLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swdlock").FullName;

    [Fact]
    public void One_at_a_time_has_a_data_root()
    {
        using (DataRootLock.Take(_folder))
        {
            var busy = Assert.Throws<DataRootBusyException>(() => DataRootLock.Take(_folder));
            Assert.Contains($"another swarmd uses the data root {_folder}", busy.Message, StringComparison.Ordinal);
        }

        DataRootLock.Take(_folder).Dispose();
    }

    [Fact]
    public void A_file_is_no_data_root()
    {
        var file = $"{_folder}/file";
        File.WriteAllText(file, "");

        var wrong = Assert.Throws<DataRootUnusableException>(() => DataRootLock.Take(file));

        Assert.Equal($"the data root {file} cannot be used: it is a file", wrong.Message);
    }

    [Fact]
    public void A_read_only_file_system_is_told_as_such()
    {
        Mount("ro");

        var wrong = Assert.Throws<DataRootUnusableException>(() => DataRootLock.Take(_folder));

        Assert.Contains("Read-only file system", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_keeps_nobody_from_taking_it()
    {
        Mount("size=64k");
        using var filler = File.Create($"{_folder}/filler");
        Assert.Throws<IOException>(() => filler.Write(new byte[1 << 20]));

        using var taken = DataRootLock.Take(_folder);

        Assert.Throws<DataRootBusyException>(() => DataRootLock.Take(_folder));
    }

    public void Dispose()
    {
        if (File.ReadLines("/proc/mounts").Any(line => line.Contains(_folder, StringComparison.Ordinal)))
            Run("umount", "--lazy", _folder);
        Directory.Delete(_folder, recursive: true);
    }

    private void Mount(string options) => Run("mount", "-t", "tmpfs", "-o", options, "none", _folder);

    private static void Run(string program, params string[] arguments)
    {
        using var run = Process.Start(program, arguments);
        run.WaitForExit();
        Assert.Equal(0, run.ExitCode);
    }
}
