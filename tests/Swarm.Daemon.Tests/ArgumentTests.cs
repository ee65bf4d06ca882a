using System.Text.RegularExpressions;
using Swarm.Daemon.CommandLine;

namespace Swarm.Daemon.Tests;

public sealed class ArgumentTests
{
    [Fact]
    public void Settings_are_kept_in_the_order_given_and_both_ways_of_writing_are_taken()
    {
        var run = Assert.IsType<Request.Run>(Parse("--set", "a=1", "--config=/x.conf", "--set=b=2"));

        Assert.Equal("/x.conf", run.ConfigurationFile);
        Assert.Equal(["a=1", "b=2"], run.Overrides.ToArray());
        Assert.False(run.Destroy);
    }

    [Fact]
    public void The_usual_file_is_read_when_it_exists_and_no_other_is_given()
    {
        Assert.Null(Assert.IsType<Request.Run>(Arguments.Parse([], _ => false)).ConfigurationFile);
        Assert.Equal(
            "/etc/swarm/swarmd.conf", Assert.IsType<Request.Run>(Arguments.Parse([], _ => true)).ConfigurationFile);
    }

    [Theory]
    [InlineData("--set needs a value", "--set")]
    [InlineData("--config needs a value", "--config=")]
    [InlineData("--config may be given once", "--config=a", "--config=b")]
    [InlineData("unknown argument 'run'", "run")]
    [InlineData("unknown argument '--destroy=yes'", "--destroy=yes")]
    public void What_is_not_understood_is_refused(string reason, params string[] arguments) =>
        Assert.Equal(new Request.Refuse(reason), Parse(arguments));

    [Fact]
    public void Destroying_is_asked_for_in_so_many_words() =>
        Assert.True(Assert.IsType<Request.Run>(Parse("--destroy")).Destroy);

    [Fact]
    public void The_help_tells_every_exit_code_of_the_page()
    {
        var help = Arguments.Help[Arguments.Help.IndexOf("Exit codes:", StringComparison.Ordinal)..];
        var codes = File.ReadLines(Repository.At("docs/configuration.md"))
            .Select(line => Regex.Match(line, @"^\| (\d+) \|").Groups[1].Value).Where(code => code.Length > 0).ToList();

        Assert.NotEmpty(codes);
        Assert.All(codes, code => Assert.Matches($@"\b{code} ", help));
    }

    private static Request Parse(params string[] arguments) => Arguments.Parse(arguments, _ => false);
}
