using Swarm.Linux.Files;

namespace Swarm.Linux.Tests.Files;

public sealed class DurabilityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-durability-").FullName;

    [Fact]
    public void What_was_written_aside_takes_the_place_of_the_old_and_is_aside_no_more()
    {
        File.WriteAllText(At("kept"), "old");
        File.WriteAllText(At("aside"), "new");

        Durability.Replace(At("kept"), At("aside"));

        Assert.Equal("new", File.ReadAllText(At("kept")));
        Assert.Equal([At("kept")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Where_nothing_was_written_aside_the_old_stays()
    {
        File.WriteAllText(At("kept"), "old");

        Assert.Throws<FileNotFoundException>(() => Durability.Replace(At("kept"), At("aside")));

        Assert.Equal("old", File.ReadAllText(At("kept")));
    }

    [Fact]
    public void A_folder_that_is_not_there_cannot_be_synced_and_is_named()
    {
        var refused = Assert.Throws<LinuxException>(() => Durability.SyncFolder(At("none")));

        Assert.Equal(Errno.ENOENT, refused.Number);
        Assert.Contains(At("none"), refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Join(_folder, name);
}
