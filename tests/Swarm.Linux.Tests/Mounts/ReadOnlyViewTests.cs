using Swarm.Linux.Mounts;

namespace Swarm.Linux.Tests.Mounts;

public sealed class ReadOnlyViewTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-view").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_comes_into_the_folder_is_seen_and_nothing_can_be_written_by_it()
    {
        using var view = ReadOnlyView.Open(_folder);
        File.WriteAllText($"{_folder}/later", "seen");

        Assert.Equal("seen", File.ReadAllText($"{view.Path}/later"));
        Assert.ThrowsAny<IOException>(() => File.WriteAllText($"{view.Path}/later", "changed"));
        Assert.ThrowsAny<IOException>(() => File.Delete($"{view.Path}/later"));
        Assert.DoesNotContain(_folder, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        var refused = Assert.Throws<LinuxException>(() => ReadOnlyView.Open($"{_folder}/none"));

        Assert.Equal(Errno.ENOENT, refused.Number);
        Assert.Contains("/none", refused.Message, StringComparison.Ordinal);
    }
}
