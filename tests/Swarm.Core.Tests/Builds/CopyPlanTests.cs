using System.Collections.Immutable;
using Swarm.Core.Builds;

namespace Swarm.Core.Tests.Builds;

public sealed class CopyPlanTests
{
    private static readonly CopySource One = new("d/one", "one", CopyKind.File);
    private static readonly CopySource Two = new("two", "two", CopyKind.File);
    private static readonly CopySource Folder = new("d", "d", CopyKind.Folder);
    private static readonly CopySource Archive = new("x.tar", "x.tar", CopyKind.Archive);

    [Theory]
    [InlineData("/new", "/new")]
    [InlineData("/new/", "/new/one")]
    [InlineData("/folder", "/folder/one")]
    [InlineData("/folder/", "/folder/one")]
    [InlineData("name", "/place/name")]
    [InlineData(".", "/place/one")]
    [InlineData("./", "/place/one")]
    [InlineData("/", "/one")]
    [InlineData("../up", "/up")]
    [InlineData("../../../up/", "/up/one")]
    public void A_file_goes_to_the_name_or_into_the_folder(string target, string place) =>
        Assert.Equal(place, Assert.Single(Make([One], target)).Target);

    [Theory]
    [InlineData("/new", "/new"), InlineData("/new/", "/new")]
    [InlineData("/folder", "/folder"), InlineData(".", "/place")]
    public void What_is_in_a_folder_or_an_archive_goes_into_the_target(string target, string place)
    {
        Assert.Equal(place, Assert.Single(Make([Folder], target)).Target);
        Assert.Equal(place, Assert.Single(Make([Archive], target)).Target);
    }

    [Fact]
    public void Several_sources_need_a_folder() => Assert.Equal(
        "When using COPY with more than one source file, the destination must be a directory and end with a /",
        Assert.Throws<DockerfileException>(() => Make([One, Two], "/folder")).Message);

    [Fact]
    public void Several_sources_go_side_by_side() => Assert.Equal(
        ["/new/one", "/new/two", "/new"], Make([One, Two, Folder], "/new/").Select(copy => copy.Target));

    private static ImmutableArray<PlannedCopy> Make(ImmutableArray<CopySource> sources, string target) =>
        CopyPlan.Make("COPY", sources, target, "/place", path => path is "/folder" or "/" or "/place");
}
