using CsCheck;
using Swarm.Core.Builds;

namespace Swarm.Core.Tests.Builds;

public sealed class PathTests
{
    [Theory]
    [InlineData("*.txt", "a.txt", true)]
    [InlineData("*.txt", "d/a.txt", false)]
    [InlineData("d/*", "d/a", true)]
    [InlineData("d/*", "d/a/b", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[^a-c]x", "bx", false)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("a.c", "abc", false)]
    public void Wildcards_match_as_in_Go(string pattern, string path, bool matches) =>
        Assert.Equal(matches, PathPattern.Parse(pattern).IsMatch(path));

    [Theory]
    [InlineData("["), InlineData("[]"), InlineData("[a"), InlineData("a\\"), InlineData("[b-a]")]
    public void What_is_no_pattern_is_refused(string pattern) =>
        Assert.Throws<DockerfileException>(() => PathPattern.Parse(pattern));

    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", "d/a.log", false)]
    [InlineData("**/*.log", "d/e/a.log", true)]
    [InlineData("**/*.log", "a.log", true)]
    [InlineData("/d", "d/e/f", true)]
    [InlineData("d/", "d/e", true)]
    [InlineData("d", "de", false)]
    [InlineData("d/**", "d/e/f", true)]
    [InlineData("*\n!keep", "keep", false)]
    [InlineData("*\n!keep", "other", true)]
    [InlineData("d\n!d/keep", "d/keep", false)]
    [InlineData("d\n!d/keep", "d/other", true)]
    [InlineData("!a\na", "a", true)]
    [InlineData("# a\n\n  b  ", "b", true)]
    [InlineData("#a", "#a", false)]
    [InlineData("./x/../y", "y", true)]
    public void Rules_of_dockerignore_match_as_in_Docker(string rules, string path, bool ignored) =>
        Assert.Equal(ignored, IgnoreRules.Parse(rules).IsIgnored(path));

    [Theory]
    [InlineData("a/./b//c", "a/b/c"), InlineData("a/../../b", "../b"), InlineData("/../a", "/a"), InlineData("", ".")]
    public void Paths_are_cleaned_as_in_Go(string path, string clean) => Assert.Equal(clean, BuildPaths.Clean(path));

    [Fact]
    public void No_pattern_and_no_rules_fail_in_another_way_than_they_say_and_none_takes_long() =>
        Gen.Select(
            Gen.Char["*?[]^-\\a/b!"].Array[0, 60], Gen.Char["ab/*"].Array[0, 200],
            (pattern, path) => (new string(pattern), new string(path))).Sample(pair =>
            {
                try
                {
                    IgnoreRules.Parse(pair.Item1).IsIgnored(pair.Item2);
                    PathPattern.Parse(pair.Item1).IsMatch(pair.Item2);
                }
                catch (DockerfileException)
                {
                    // Said, as it is to be.
                }
            });

    [Theory]
    [InlineData("80", "80/tcp"), InlineData("53/UDP", "53/udp"), InlineData("8000-8002", "8000/tcp 8001/tcp 8002/tcp")]
    [InlineData("8080:80", "80/tcp"), InlineData("127.0.0.1:8080:53/udp", "53/udp")]
    public void Ports_are_numbers_and_ranges(string text, string ports) =>
        Assert.Equal(ports, string.Join(' ', ExposedPorts.Parse(text)));

    [Theory]
    [InlineData("0"), InlineData("70000"), InlineData("80/icmp"), InlineData("9-8"), InlineData("x")]
    public void What_is_no_port_is_refused(string text) =>
        Assert.Throws<DockerfileException>(() => ExposedPorts.Parse(text));
}
