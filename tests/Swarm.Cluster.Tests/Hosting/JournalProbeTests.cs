using System.Diagnostics;
using Swarm.Cluster.Hosting;

namespace Swarm.Cluster.Tests.Hosting;

public sealed class JournalProbeTests
{
    [Fact]
    public async Task A_journal_that_takes_events_has_no_fault()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Journal, "");

        Assert.Null(await JournalProbe.FindFaultAsync(new JournalOptions.Sqlite(folder.Journal)));
    }

    [Fact]
    public async Task A_journal_on_a_full_disk_is_named_with_its_disk()
    {
        using var folder = new TemporaryFolder();
        Run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder.Path);
        try
        {
            await File.WriteAllTextAsync(folder.Journal, "");
            var rest = Path.Combine(folder.Path, "rest");
            using (var filling = File.OpenHandle(rest, FileMode.Create, FileAccess.Write))
                Assert.Throws<IOException>(() => RandomAccess.Write(filling, new byte[64 * 1024], 0));

            var fault = await JournalProbe.FindFaultAsync(new JournalOptions.Sqlite(folder.Journal));

            Assert.Equal($"{folder.Journal}: its disk is full", fault);
        }
        finally
        {
            Run("umount", folder.Path);
        }
    }

    [Fact]
    public async Task A_journal_that_is_not_there_is_named()
    {
        using var folder = new TemporaryFolder();

        var fault = await JournalProbe.FindFaultAsync(new JournalOptions.Sqlite(folder.Journal));

        Assert.StartsWith($"{folder.Journal}: ", fault, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.Journal));
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("swp").FullName;

        public string Journal => System.IO.Path.Combine(Path, "journal.db");

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
