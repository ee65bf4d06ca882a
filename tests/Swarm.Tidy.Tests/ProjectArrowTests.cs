using System.Xml.Linq;

namespace Swarm.Tidy;

/// <summary>The arrows between the projects, as docs/architecture.md draws them.</summary>
public sealed class ProjectArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Swarm.Core"] = [],
        ["Swarm.Linux"] = [],
        ["Swarm.Wire"] = ["Swarm.Core"],
        ["Swarm.Images"] = ["Swarm.Core", "Swarm.Linux"],
        ["Swarm.Runtime"] = ["Swarm.Images"],
        ["Swarm.Cluster"] = ["Swarm.Runtime", "Swarm.Wire"],
        ["Swarm.Api"] = ["Swarm.Cluster"],
        ["Swarm.Daemon"] = ["Swarm.Api"],
        ["Swarm.Client"] = ["Swarm.Wire"],
        ["Swarm.Cli"] = ["Swarm.Client"],
    };

    private static readonly string[] Found =
        [.. Directory.GetDirectories(Repository.At("src")).Select(folder => Path.GetFileName(folder))];

    public static TheoryData<string> Projects { get; } = [.. Found];

    [Theory, MemberData(nameof(Projects))]
    public void A_project_refers_only_to_those_below_it(string project)
    {
        Assert.True(Allowed.ContainsKey(project), $"{project} is not in the picture: decide what it may refer to.");
        Assert.Equal(Allowed[project].Order(), ReferencesOf(project).Order());
    }

    [Fact]
    public void Every_project_of_the_picture_exists() =>
        Assert.Equal(Allowed.Keys.Order(), Found.Order());

    [Theory]
    [InlineData("Swarm.Core"), InlineData("Swarm.Linux"), InlineData("Swarm.Images"), InlineData("Swarm.Runtime")]
    public void What_is_below_the_cluster_does_not_know_Akka(string project) =>
        Assert.DoesNotContain(
            XDocument.Load(FileOf(project)).Descendants("PackageReference"),
            package => package.Attribute("Include")!.Value.StartsWith("Akka", StringComparison.Ordinal));

    [Fact]
    public void Every_project_of_the_folders_is_in_the_solution()
    {
        var solution = File.ReadAllText(Repository.At("Swarm.sln"));
        var missing = new[] { "src", "tests", "deploy" }
            .SelectMany(part => Directory.GetFiles(Repository.At(part), "*.csproj", SearchOption.AllDirectories))
            .Select(Path.GetFileName)
            .Where(name => !solution.Contains(name!, StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    private static string FileOf(string project) => Repository.At($"src/{project}/{project}.csproj");

    private static IEnumerable<string> ReferencesOf(string project) =>
        XDocument.Load(FileOf(project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
}
