using CsCheck;
using Swarm.Core.Builds;

namespace Swarm.Core.Tests.Builds;

public sealed class DockerfileTests
{
    [Fact]
    public void A_file_of_two_stages_is_read_with_its_arguments_names_and_steps()
    {
        var file = Dockerfile.Parse(
            """
            # a comment
            ARG BASE=busybox
            FROM --platform=linux/amd64 $BASE AS Build
            RUN echo one \
                # in between

                && echo two
            FROM scratch
            COPY --from=build --chown=1:2 /a /b/
            """);

        Assert.Equal(5, file.StepCount);
        Assert.Equal([new DeclaredArgument("BASE", "busybox")], file.Arguments[0].Declared.AsEnumerable());
        var from = file.Stages[0].From;
        Assert.Equal(("$BASE", "build", "linux/amd64", 3), (from.Image, from.Name, from.Platform, from.Line));
        var run = Assert.IsType<Instruction.Run>(Assert.Single(file.Stages[0].Steps));
        Assert.True(run.IsShell);
        Assert.Equal("echo one     && echo two", Assert.Single(run.Arguments));
        Assert.Equal("RUN echo one     && echo two", run.Text);
        var copy = Assert.IsType<Instruction.Copy>(Assert.Single(file.Stages[1].Steps));
        Assert.Equal(("build", "1:2", "/b/", false), (copy.Origin, copy.Owner, copy.Target, copy.Unpacks));
        Assert.Equal(["/a"], copy.Sources.AsEnumerable());
    }

    [Theory]
    [InlineData("FOO bar", "dockerfile parse error line 2: unknown instruction: FOO")]
    [InlineData("COPY a", "dockerfile parse error line 2: COPY requires at least two arguments, but only one was "
        + "provided. Destination could not be determined")]
    [InlineData("ENV a", "dockerfile parse error line 2: ENV must have two arguments")]
    [InlineData("ENV a=b c", "dockerfile parse error line 2: Syntax error - can't find = in \"c\". Must be of the "
        + "form: name=value")]
    [InlineData("LABEL =b", "dockerfile parse error line 2: LABEL names can not be blank")]
    [InlineData("CMD [1]", "dockerfile parse error line 2: only string type is allowed in JSON format arrays")]
    [InlineData("FROM a b", "dockerfile parse error line 2: FROM requires either one or three arguments")]
    [InlineData("FROM a AS 1x", "dockerfile parse error line 2: invalid name for build stage: \"1x\", name can't start "
        + "with a number or contain symbols")]
    [InlineData("RUN --mount=type=cache x", "dockerfile parse error line 2: the --mount option requires BuildKit, "
        + "which is not supported")]
    [InlineData("COPY --chmod=1 a b", "dockerfile parse error line 2: the --chmod option requires BuildKit, which is "
        + "not supported")]
    [InlineData("COPY --foo=1 a b", "dockerfile parse error line 2: unknown flag: foo")]
    [InlineData("RUN cat <<EOF", "dockerfile parse error line 2: the here-document <<EOF requires BuildKit, which is "
        + "not supported")]
    [InlineData("ONBUILD ONBUILD RUN x", "dockerfile parse error line 2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't "
        + "allowed")]
    [InlineData("ONBUILD FROM x", "dockerfile parse error line 2: FROM isn't allowed as an ONBUILD trigger")]
    [InlineData("SHELL sh", "dockerfile parse error line 2: SHELL requires the arguments to be in JSON form")]
    [InlineData("HEALTHCHECK FOO x", "dockerfile parse error line 2: Unknown type \"FOO\" in HEALTHCHECK (try CMD)")]
    [InlineData("HEALTHCHECK --retries=0 CMD x", "dockerfile parse error line 2: --retries must be at least 1 (not 0)")]
    [InlineData("USER", "dockerfile parse error line 2: USER requires exactly one argument")]
    [InlineData("VOLUME /a\0b", "dockerfile parse error line 2: a zero byte cannot be part of an instruction")]
    [InlineData("CMD [\"a\\u0000b\"]", "dockerfile parse error line 2: a zero byte cannot be part of an instruction")]
    [InlineData("RUN [\"a\", \"\\u0000\"]",
        "dockerfile parse error line 2: a zero byte cannot be part of an instruction")]
    [InlineData("SHELL [\"a\\u0000\"]", "dockerfile parse error line 2: a zero byte cannot be part of an instruction")]
    [InlineData("ENTRYPOINT [\"\\u0000\"]",
        "dockerfile parse error line 2: a zero byte cannot be part of an instruction")]
    [InlineData("ONBUILD CMD [\"\\u0000\"]",
        "dockerfile parse error line 2: a zero byte cannot be part of an instruction")]
    [InlineData("HEALTHCHECK CMD [\"\\u0000\"]",
        "dockerfile parse error line 2: a zero byte cannot be part of an instruction")]
    [InlineData("VOLUME [\"\"]", "dockerfile parse error line 2: VOLUME specified can not be an empty string")]
    public void What_is_wrong_is_told_with_its_line(string second, string message)
    {
        var wrong = Assert.Throws<DockerfileException>(() => Dockerfile.Parse("FROM busybox\n" + second));

        Assert.Equal(message, wrong.Message);
    }

    [Theory]
    [InlineData("", "file with no instructions")]
    [InlineData("# only\n\n# comments", "file with no instructions")]
    [InlineData("RUN x", "dockerfile parse error line 1: no build stage in current context")]
    [InlineData("# escape=x\nFROM a", "dockerfile parse error line 1: invalid ESCAPE 'x'. Must be ` or \\")]
    public void A_file_that_builds_nothing_is_refused(string text, string message) =>
        Assert.Equal(message, Assert.Throws<DockerfileException>(() => Dockerfile.Parse(text)).Message);

    [Fact]
    public void The_escape_directive_changes_what_continues_a_line_and_what_escapes()
    {
        var file = Dockerfile.Parse("# escape=`\nFROM a\nRUN one `\ntwo\nCOPY c:\\x b\\");

        Assert.Equal('`', file.Escape);
        Assert.Equal("one two", Assert.IsType<Instruction.Run>(file.Stages[0].Steps[0]).Arguments[0]);
        Assert.Equal(["c:\\x"], Assert.IsType<Instruction.Copy>(file.Stages[0].Steps[1]).Sources.AsEnumerable());
    }

    [Fact]
    public void Health_checks_have_their_times_and_both_forms()
    {
        var steps = Dockerfile.Parse(
            "FROM a\nHEALTHCHECK --interval=1m30s --timeout=500ms --retries=5 CMD test -e /x\n"
            + "HEALTHCHECK CMD [\"a\", \"b\"]\nHEALTHCHECK NONE").Stages[0].Steps;

        var first = Assert.IsType<Instruction.Health>(steps[0]).Check;
        Assert.Equal(["CMD-SHELL", "test -e /x"], first.Test.AsEnumerable());
        Assert.Equal(
            (TimeSpan.FromSeconds(90), TimeSpan.FromMilliseconds(500), 5),
            (first.Interval, first.Timeout, first.Retries));
        Assert.Equal(["CMD", "a", "b"], Assert.IsType<Instruction.Health>(steps[1]).Check.Test.AsEnumerable());
        Assert.True(Assert.IsType<Instruction.Health>(steps[2]).Check.IsDisabled);
    }

    [Fact]
    public void Lists_are_arguments_and_what_is_no_list_is_for_a_shell()
    {
        var steps = Dockerfile.Parse(
            "FROM a\nRUN [\"x\", \"y z\"]\nRUN [ -e /x ]\nCMD\nENTRYPOINT [\"e\"]").Stages[0].Steps;

        Assert.Equal((false, 2), Shape(Assert.IsType<Instruction.Run>(steps[0])));
        Assert.Equal((true, 1), Shape(Assert.IsType<Instruction.Run>(steps[1])));
        Assert.Empty(Assert.IsType<Instruction.Command>(steps[2]).Arguments);
        Assert.False(Assert.IsType<Instruction.Entrypoint>(steps[3]).IsShell);
        static (bool, int) Shape(Instruction.Run run) => (run.IsShell, run.Arguments.Length);
    }

    [Fact]
    public void A_target_is_found_by_name_or_number_and_ends_the_build_there()
    {
        var file = Dockerfile.Parse("FROM a AS one\nRUN x\nFROM b AS two\nFROM one");

        Assert.Equal(2, file.UpTo("ONE").StepCount);
        Assert.Equal(2, file.UpTo("1").Stages.Length);
        Assert.Equal(3, file.UpTo("").Stages.Length);
        Assert.Equal(
            "failed to reach build target three in Dockerfile",
            Assert.Throws<DockerfileException>(() => file.UpTo("three")).Message);
    }

    [Fact]
    public void No_text_makes_the_reader_fail_in_another_way_than_it_says()
    {
        string[] parts =
        [
            "FROM", "RUN", "ENV", "COPY", "ADD", "ARG", "ONBUILD", "HEALTHCHECK", "CMD", "LABEL", "SHELL", " ", "\n",
            "\\", "`", "\"", "'", "[", "]", "$", "${", "}", "=", "--", "--from=", "--interval=1", "a", "<<EOF", "#",
            "# escape=`\n", "\r\n", "\t", "\0", "é", "\\\n",
        ];
        Gen.Int[0, parts.Length - 1].Array[0, 40].Sample(
            chosen => Reads("FROM a\n" + string.Concat(chosen.Select(at => parts[at]))));
        Gen.String.Sample(Reads);
    }

    private static bool Reads(string text)
    {
        try
        {
            var file = Dockerfile.Parse(text);
            foreach (var step in file.Stages.SelectMany(stage => stage.Steps)) step.Expand(file.Escape, _ => "v w");
            return file.StepCount > 0;
        }
        catch (DockerfileException told)
        {
            return told.Message.Length > 0;
        }
    }
}
