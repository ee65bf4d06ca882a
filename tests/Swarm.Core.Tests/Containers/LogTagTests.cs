using Swarm.Core.Containers;

namespace Swarm.Core.Tests.Containers;

public sealed class LogTagTests
{
    private static readonly ContainerId Id = new("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("{{.Name}}", "web")]
    [InlineData("a-{{ .ID }}/{{.ImageName}}-z", "a-0123456789ab/box:1-z")]
    [InlineData("{{.DaemonName}}", "swarm")]
    public void Its_fields_are_facts_of_the_container(string template, string expected)
    {
        Assert.True(LogTag.IsKnown(template));
        Assert.Equal(expected, LogTag.Of(template, Id, "web", "box:1"));
    }

    [Fact]
    public void Its_whole_id_is_one() => Assert.Equal(Id.Value, LogTag.Of("{{.FullID}}", Id, "web", "box:1"));

    [Theory]
    [InlineData("{{.What}}")]
    [InlineData("{{.Name")]
    [InlineData("{{.Name}}{{if .ID}}x{{end}}")]
    public void What_is_no_known_field_is_seen(string template) => Assert.False(LogTag.IsKnown(template));
}
