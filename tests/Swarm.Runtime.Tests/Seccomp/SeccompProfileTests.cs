using System.Text.Json.Nodes;
using Swarm.Runtime.Seccomp;

namespace Swarm.Runtime.Tests.Seccomp;

public sealed class SeccompProfileTests
{
    [Theory]
    [InlineData("""{"name":"chmod","action":"SCMP_ACT_ERRNO","args":[]}""", "chmod")]
    [InlineData("""{"names":["chmod","fchmod"],"action":"SCMP_ACT_ERRNO","args":null}""", "chmod fchmod")]
    [InlineData("""{"name":"","names":["chmod"],"action":"SCMP_ACT_ERRNO"}""", "chmod")]
    [InlineData("""{"name":"chmod","names":[],"action":"SCMP_ACT_ERRNO"}""", "chmod")]
    public void A_rule_names_its_calls_in_the_way_of_today_or_of_old(string rule, string calls)
    {
        var resolved = JsonNode.Parse(SeccompProfile.Parse(Profile(rule)).Resolve([]))!;

        var made = Assert.Single(resolved["syscalls"]!.AsArray())!;
        Assert.Equal(calls, string.Join(' ', made["names"]!.AsArray().Select(name => name!.GetValue<string>())));
        Assert.Null(made["name"]);
    }

    [Fact]
    public void A_rule_that_names_its_calls_in_both_ways_is_refused()
    {
        var refused = Assert.Throws<ContainerException>(() => SeccompProfile.Parse(
            Profile("""{"name":"chmod","names":["fchmod"],"action":"SCMP_ACT_ERRNO"}""")));

        Assert.Equal(ContainerFault.Invalid, refused.Fault);
        Assert.Contains("both name and names", refused.Message, StringComparison.Ordinal);
    }

    private static string Profile(string rule) =>
        $$"""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{{rule}}]}""";
}
