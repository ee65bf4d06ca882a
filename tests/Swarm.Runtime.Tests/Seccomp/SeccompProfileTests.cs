using System.Runtime.InteropServices;
using System.Text;
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
        var resolved = JsonNode.Parse(SeccompProfile.Parse(Profile(rule)).Resolve([])!.Value.Span)!;

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

    [Fact]
    public void Names_of_fields_are_read_in_any_capitals_and_written_as_the_runtime_knows_them()
    {
        var resolved = Resolve("""
            {"DefaultAction":"SCMP_ACT_ERRNO","DEFAULTERRNORET":38,"Flags":["SECCOMP_FILTER_FLAG_LOG"],
             "Syscalls":[{"Names":["clone"],"Action":"SCMP_ACT_ALLOW","ErrnoRet":1,"Comment":"x",
                "Args":[{"Index":1,"VALUE":18446744073709551615,"valuetwo":2,"Op":"SCMP_CMP_MASKED_EQ"}],
                "Includes":{"CAPS":["CAP_A"],"Arches":["amd64"],"minkernel":"4.8"}}]}
            """, "CAP_A");

        const string written = """
            {"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"flags":["SECCOMP_FILTER_FLAG_LOG"],
             "architectures":["SCMP_ARCH_X86_64"],
             "syscalls":[{"names":["clone"],"action":"SCMP_ACT_ALLOW","errnoRet":1,
                "args":[{"index":1,"value":18446744073709551615,"valueTwo":2,"op":"SCMP_CMP_MASKED_EQ"}]}]}
            """;
        Assert.Equal(JsonNode.Parse(written)!.ToJsonString(), resolved);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"defaultAction":null,"syscalls":null}""")]
    [InlineData("""{"defaultAction":"","syscalls":[],"archMap":[]}""")]
    public void One_that_says_nothing_filters_nothing(string text) =>
        Assert.Null(SeccompProfile.Parse(text).Resolve([]));

    [Theory]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW"}""")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":null,"archMap":null,"syscalls":null}""")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","archMap":[{},null],"syscalls":[],"unknown":7}""")]
    public void What_is_not_said_or_null_is_nothing(string text) => Assert.Equal(
        """{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[]}""", Resolve(text));

    [Fact]
    public void Conditions_that_are_null_or_empty_hold_always()
    {
        var resolved = Resolve(Profile(
            """{"names":["a"],"action":"SCMP_ACT_LOG","includes":{},"excludes":null},"""
            + """{"names":["b"],"action":"SCMP_ACT_LOG","includes":{"caps":null,"arches":[],"minKernel":""}},"""
            + """{"names":["c"],"action":"nothing","excludes":{"minKernel":""}}"""));

        Assert.Contains("\"a\"", resolved, StringComparison.Ordinal);
        Assert.Contains("\"b\"", resolved, StringComparison.Ordinal);
        Assert.DoesNotContain("\"c\"", resolved, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CAP_A", false)]
    [InlineData("CAP_A CAP_B", true)]
    public void A_rule_holds_where_the_container_has_all_capabilities_that_it_needs(string has, bool holds)
    {
        var resolved = Resolve(
            Profile("""{"names":["a"],"action":"SCMP_ACT_LOG","includes":{"caps":["CAP_A","CAP_B"]}}"""),
            has.Split(' '));

        Assert.Equal(holds, resolved.Contains("\"a\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Architectures_are_those_of_the_map_or_those_that_are_said()
    {
        const string map = """
            [{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"]}]
            """;

        Assert.Contains(
            """["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"]""",
            Resolve($$"""{"defaultAction":"SCMP_ACT_ALLOW","archMap":{{map}}}"""), StringComparison.Ordinal);
        Assert.Contains(
            """["SCMP_ARCH_X86_64","SCMP_ARCH_X86"]""",
            Resolve("""{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86"]}"""),
            StringComparison.Ordinal);
        AssertRefused(
            $$"""{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"],"archMap":{{map}}}""",
            "both architectures and archMap");
    }

    [Theory]
    [InlineData("", "listenerPath is not set")]
    [InlineData("/run/agent", null)]
    public void Calls_that_somebody_is_asked_about_need_one_who_is_asked(string listener, string? message)
    {
        var text = $$"""
            {"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"{{listener}}","listenerMetadata":"m",
             "syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"}]}
            """;

        if (message is not null)
        {
            AssertRefused(text, message);
            return;
        }

        var resolved = JsonNode.Parse(Resolve(text))!;
        Assert.Equal(
            ("/run/agent", "m"),
            (resolved["listenerPath"]!.GetValue<string>(), resolved["listenerMetadata"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("[]", "seccomp profile: ")]
    [InlineData("""{"syscalls":[{"names":["a"],"action":"SCMP_ACT_LOG"}]}""", "defaultAction is missing")]
    [InlineData("""{"defaultAction":7}""", "seccomp profile: ")]
    [InlineData("""{"defaultAction":"LOG"}""", "string LOG is not a valid action for seccomp")]
    [InlineData("""{"defaultAction":"SCMP_ACT_NOTIFY"}""", "SCMP_ACT_NOTIFY cannot be used as default action")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":{}}""", "seccomp profile: ")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":[null]}""", "a rule is no object")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":[{}]}""", "action is missing")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ERRNO","defaultAction":null}""", "Duplicate property")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ERRNO","DEFAULTACTION":null}""", "Duplicate property")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","\u017fyscalls":[]}""", "the name of a field is not plain")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"includes":{"min\u212aernel":"4.8"}}]}""",
        "the name of a field is not plain")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"name":"write","action":"SCMP_ACT_NOTIFY"}]}""",
        "SCMP_ACT_NOTIFY cannot be used for the write syscall")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"name":"a","action":"SCMP_ACT_LOG", """
        + """ "args":[{"op":"EQ"}]}]}""",
        "string EQ is not a valid operator for seccomp")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"name":"a","action":"SCMP_ACT_LOG", """
        + """ "includes":{"minKernel":"5"}}]}""",
        "invalid kernel version")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"name":"a","action":"SCMP_ACT_LOG", """
        + """ "excludes":{"minKernel":"5.x"}}]}""",
        "invalid kernel version")]
    public void What_is_no_profile_is_refused_with_what_is_wrong(string text, string message) =>
        AssertRefused(text, message);

    private static void AssertRefused(string text, string message)
    {
        var refused = Assert.Throws<ContainerException>(() => Resolve(text));
        Assert.Equal(ContainerFault.Invalid, refused.Fault);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private static string Resolve(string text, params string[] capabilities) => Encoding.UTF8.GetString(
        SeccompProfile.Parse(text).Resolve([.. capabilities], Architecture.X64, new Version(6, 1, 0, 0))!.Value.Span);

    private static string Profile(string rule) =>
        $$"""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{{rule}}]}""";
}
