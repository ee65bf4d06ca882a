using System.Collections.Immutable;
using Swarm.Core.Builds;

namespace Swarm.Core.Tests.Builds;

public sealed class WordExpansionTests
{
    private static string? Find(string name) => name switch
    {
        "SET" => "value",
        "EMPTY" => "",
        "TWO" => "a b",
        "PATH" => "/a/b/c.tar.gz",
        _ => null,
    };

    [Theory]
    [InlineData("$SET", "value")]
    [InlineData("x${SET}y", "xvaluey")]
    [InlineData("$SET.$NONE.", "value..")]
    [InlineData("${SET:-other}", "value")]
    [InlineData("${EMPTY:-other}", "other")]
    [InlineData("${EMPTY-other}", "")]
    [InlineData("${NONE-other}", "other")]
    [InlineData("${NONE:-${SET}x}", "valuex")]
    [InlineData("${SET:+other}", "other")]
    [InlineData("${NONE:+other}", "")]
    [InlineData("${EMPTY:+other}", "")]
    [InlineData("${EMPTY+other}", "other")]
    [InlineData("'$SET'", "$SET")]
    [InlineData("\"$SET\"", "value")]
    [InlineData("\"a \\\"b\\\" \\x\"", "a \"b\" \\x")]
    [InlineData("\\$SET", "$SET")]
    [InlineData("a\\ b", "a b")]
    [InlineData("cost $", "cost $")]
    [InlineData("$1$@", "")]
    [InlineData("${PATH#*/}", "a/b/c.tar.gz")]
    [InlineData("${PATH##*/}", "c.tar.gz")]
    [InlineData("${PATH%.*}", "/a/b/c.tar")]
    [InlineData("${PATH%%.*}", "/a/b/c")]
    [InlineData("${PATH#?a}${PATH%x}", "/b/c.tar.gz/a/b/c.tar.gz")]
    [InlineData("${SET#\\*}${NONE#a}", "value")]
    [InlineData("${SET%${SET#val}}", "val")]
    [InlineData("${PATH/a/x}", "/x/b/c.tar.gz")]
    [InlineData("${PATH//a/x}", "/x/b/c.txr.gz")]
    [InlineData("${PATH//\\//-}", "-a-b-c.tar.gz")]
    [InlineData("${PATH/.*/}${PATH//q/x}", "/a/b/c/a/b/c.tar.gz")]
    public void Variables_quotes_and_escapes_are_as_in_Docker(string word, string expected) =>
        Assert.Equal(expected, WordExpansion.Expand(word, '\\', Find));

    [Theory]
    [InlineData("'a", "unexpected end of statement while looking for matching single-quote")]
    [InlineData("\"a", "unexpected end of statement while looking for matching double-quote")]
    [InlineData("${a", "syntax error: missing '}'")]
    [InlineData("${SET/a}", "syntax error: missing '/'")]
    [InlineData("${SET#a", "syntax error: missing '}'")]
    [InlineData("${a:=b}", "unsupported modifier (:=) in substitution")]
    [InlineData("${NONE:?it is needed}", "NONE: it is needed")]
    public void What_does_not_end_or_is_unknown_is_refused(string word, string message) => Assert.Equal(
        message, Assert.Throws<DockerfileException>(() => WordExpansion.Expand(word, '\\', Find)).Message);

    [Fact]
    public void Words_are_parted_outside_of_quotes_also_within_values() =>
        Assert.Equal(["a", "b", "a b", ""], WordExpansion.ExpandWords("$TWO \"$TWO\" ''", '\\', Find).AsEnumerable());

    [Fact]
    public void Arguments_have_the_given_value_or_the_default_and_a_stage_must_declare_them()
    {
        var arguments = new BuildArguments
        {
            Given = ImmutableDictionary<string, string?>.Empty
                .Add("VERSION", "2").Add("HTTP_PROXY", "p").Add("other", "x"),
        };
        arguments = arguments.DeclareGlobally(new("VERSION", "1")).DeclareGlobally(new("BASE", "b")).BeginStage();

        Assert.Equal(("2", "b"), (arguments.FindGlobal("VERSION"), arguments.FindGlobal("BASE")));
        Assert.Null(arguments.Find("VERSION"));
        arguments = arguments.Declare(new("VERSION", null)).Declare(new("BASE", null)).Declare(new("SET", "s"));
        Assert.Equal(["BASE=b", "HTTP_PROXY=p", "VERSION=2"], arguments.ForProgram(["SET=by-env"]).AsEnumerable());
        Assert.Equal(["BASE=b", "VERSION=2"], arguments.ForCache(["SET=by-env"]).AsEnumerable());
        Assert.Equal(["other"], arguments.Unconsumed.AsEnumerable());
        Assert.Empty(arguments.BeginStage().ForCache([]));
    }
}
