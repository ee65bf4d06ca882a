using Swarm.Daemon.Configuration;

namespace Swarm.Daemon.Tests.Configuration;

public sealed class HoconNestingTests
{
    [Theory]
    [InlineData("a = [1,", "line 1: '[' is not closed")]
    [InlineData("a {\n b = [1, }", "line 2: '}' where '[' of line 2 is open")]
    [InlineData("a = 1 }", "line 1: '}' closes nothing")]
    [InlineData("a = \"b\nc = 1", "line 1: a text in quotes has no end")]
    [InlineData("a = \"\"\"b", "line 1: a text in quotes has no end")]
    public void What_is_opened_and_not_closed_is_named_with_its_line(string hocon, string fault) =>
        Assert.Equal(fault, HoconNesting.FindFault(hocon));

    [Theory]
    [InlineData("a = \"}\\\"]\" # ]\n// }\nb = [1, {c = 2}]")]
    [InlineData("a = \"\"\"}\n]\"\"\"")]
    [InlineData("")]
    public void Brackets_in_texts_and_comments_do_not_count(string hocon) => Assert.Null(HoconNesting.FindFault(hocon));
}
