using Swarm.Linux.Rooted;
using Swarm.Runtime.Making;

namespace Swarm.Runtime.Tests;

public sealed class MountTableLinkTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("swarm-mtab-").FullName;

    private string Place => _root + MountTableLink.Path;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void It_is_made_where_there_is_none_and_known_again()
    {
        Assert.False(MountTableLink.IsIn(_root));

        Make();
        Make();

        Assert.Equal("/proc/mounts", new FileInfo(Place).LinkTarget);
        Assert.True(MountTableLink.IsIn(_root));
    }

    [Fact]
    public void What_an_image_has_there_stays()
    {
        Directory.CreateDirectory(_root + "/etc");
        File.WriteAllText(Place, "own");

        Make();

        Assert.Equal("own", File.ReadAllText(Place));
        Assert.False(MountTableLink.IsIn(_root));
    }

    [Fact]
    public void A_file_in_place_of_the_folder_stays()
    {
        File.WriteAllText(_root + "/etc", "own");

        Make();

        Assert.Equal("own", File.ReadAllText(_root + "/etc"));
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("etc")]
    public void A_folder_that_is_a_link_to_nowhere_stays(string target)
    {
        File.CreateSymbolicLink(_root + "/etc", target);

        Make();

        Assert.Equal(target, new FileInfo(_root + "/etc").LinkTarget);
    }

    private void Make()
    {
        using var root = new RootedFolder(_root);
        MountTableLink.Make(root, owner: null);
    }
}
