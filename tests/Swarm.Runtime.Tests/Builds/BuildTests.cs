using System.Text.Json.Nodes;
using Swarm.Runtime.Builds;

namespace Swarm.Runtime.Tests.Builds;

/// <summary>Dockerfiles that are built for real.</summary>
public sealed class BuildTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    [Fact]
    public async Task Where_programs_are_looked_for_is_there_to_be_added_to()
    {
        var built = await fixture.BuildAsync("FROM scratch\nENV PATH=$PATH:/more\nCOPY file /\n", ("file", "x"));

        Assert.Equal([DefaultPath + ":/more"], built.Image.Configuration.Environment.AsEnumerable());
    }

    [Fact]
    public async Task An_image_has_what_its_instructions_say_and_the_stream_is_that_of_Docker()
    {
        var built = await fixture.BuildAsync(
            """
            FROM box
            LABEL kind="a b"
            ENV A=one B="$A two"
            WORKDIR /place/$A
            RUN echo "$A" > made && echo out && echo err >&2
            COPY file ./
            EXPOSE 80 53/udp
            VOLUME /vol
            USER 1234
            STOPSIGNAL SIGINT
            ENTRYPOINT ["cat"]
            CMD made file
            """, ("file", "sent\n"));

        var image = built.Image.Configuration;
        Assert.Equal("a b", image.Labels["kind"]);
        Assert.Equal(["FROM=image", DefaultPath, "A=one", "B= two"], image.Environment.AsEnumerable());
        Assert.Equal(("/place/one", "1234", "SIGINT"), (image.WorkingDirectory, image.User, image.StopSignal));
        Assert.Equal(["53/udp", "80/tcp"], image.ExposedPorts.Order());
        Assert.Equal(["/vol"], image.Volumes.AsEnumerable());
        Assert.Equal(["/bin/sh", "-c", "made file"], image.Command.AsEnumerable());
        Assert.Equal("one\nsent", await fixture.RunAsync(built, "cat /place/one/made /place/one/file"));
        Assert.Equal("0 0 644", await fixture.RunAsync(built, "stat -c '%u %g %a' /place/one/file"));
        Assert.Matches(
            "^Step 1/12 : FROM box\n ---> [0-9a-f]{12}\nStep 2/12 : LABEL kind=\"a b\"\n ---> [0-9a-f]{12}\n",
            built.Output);
        Assert.Matches(
            "Step 5/12 : RUN echo [^\n]*\n ---> Running in [0-9a-f]{12}\n(out\n!err\n|!err\nout\n)"
            + "Removing intermediate container [0-9a-f]{12}\n ---> [0-9a-f]{12}\n", built.Output);
        Assert.EndsWith($" ---> {built.Image.Id.Hex[..12]}\n", built.Output, StringComparison.Ordinal);
        fixture.ExpectNothingLeft();
    }

    [Fact]
    public async Task Its_history_tells_each_step_as_Docker_does()
    {
        var built = await fixture.BuildAsync(
            """
            FROM box
            WORKDIR /w
            COPY file ./
            SHELL ["/bin/sh", "-ec"]
            EXPOSE 80 53/udp
            RUN true
            """, ("file", "sent"));

        var detail = fixture.Images.Examine(built.Image.Id.Value)!;
        var steps = JsonNode.Parse(detail.ConfigurationJson)!["history"]!.AsArray()
            .Select(step => (string?)step!["created_by"]).OfType<string>().TakeLast(5).ToArray();
        Assert.Equal("/bin/sh -c #(nop) WORKDIR /w", steps[0]);
        Assert.Matches("^/bin/sh -c #\\(nop\\) COPY file:[0-9a-f]{64} in \\./ $", steps[1]);
        Assert.Equal(
            ["/bin/sh -ec #(nop)  SHELL [/bin/sh -ec]", "/bin/sh -ec #(nop)  EXPOSE 53/udp 80", "/bin/sh -ec true"],
            steps[2..]);
    }

    [Fact]
    public async Task A_step_is_done_once_until_what_it_depends_on_changes()
    {
        const string File = "FROM box\nRUN cat /proc/sys/kernel/random/uuid > /id\nCOPY a /a\nRUN cat /a > /b\n";
        var first = await fixture.BuildAsync(File, ("a", "1"));
        var again = await fixture.BuildAsync(File, ("a", "1"), ("other", "x"));
        var changed = await fixture.BuildAsync(File, ("a", "2"));
        var anew = await fixture.BuildAsync(new BuildRequest { NoCache = true }, File, ("a", "1"));

        Assert.Equal(first.Image.Id, again.Image.Id);
        Assert.Equal(3, again.Lines.Count(line => line == " ---> Using cache"));
        Assert.Single(changed.Lines, line => line == " ---> Using cache");
        Assert.Equal("2", await fixture.RunAsync(changed, "cat /b"));
        Assert.DoesNotContain("Using cache", anew.Output, StringComparison.Ordinal);
        Assert.NotEqual(await fixture.RunAsync(first, "cat /id"), await fixture.RunAsync(anew, "cat /id"));
    }

    [Fact]
    public async Task Arguments_reach_programs_and_are_no_part_of_the_image()
    {
        var request = new BuildRequest
        {
            Arguments = System.Collections.Immutable.ImmutableDictionary<string, string?>.Empty
                .Add("BASE", "box").Add("V", "given").Add("unused", "x"),
        };

        var built = await fixture.BuildAsync(
            request, "ARG BASE=none\nFROM $BASE\nARG V=default\nARG W=w\nRUN echo $V $W $HTTP_PROXY > /v\nENV X=$V\n");

        Assert.Equal("given w", await fixture.RunAsync(built, "cat /v"));
        Assert.Equal(["FROM=image", DefaultPath, "X=given"], built.Image.Configuration.Environment.AsEnumerable());
        Assert.Contains(
            "[Warning] One or more build-args [unused] were not consumed\n", built.Output, StringComparison.Ordinal);
        Assert.StartsWith("Step 1/6 : ARG BASE=none\nStep 2/6 : FROM $BASE\n", built.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stages_are_built_in_order_and_copied_from_by_name_number_and_image()
    {
        const string File =
            """
            FROM box AS first
            RUN mkdir -p /d/e && echo 1 > /d/e/one && ln -s /d/e /link
            FROM scratch AS second
            COPY --from=first /link/one /one
            FROM box
            COPY --from=first /d /copied/
            COPY --from=1 one /two
            COPY --from=box /etc/group /three
            """;
        var built = await fixture.BuildAsync(File);
        var second = await fixture.BuildAsync(new BuildRequest { Target = "second" }, File);

        Assert.Equal("1\n1\nroot:x:0:", await fixture.RunAsync(
            built, "cat /copied/e/one /two; head -n 1 /three"));
        Assert.Contains("Step 4/4 : COPY --from=first", second.Output, StringComparison.Ordinal);
        Assert.Contains("Step 3/4 : FROM scratch AS second\n ---> \n", second.Output, StringComparison.Ordinal);
        Assert.Equal(fixture.Images.Find("box")!.Configuration.Architecture, second.Image.Configuration.Architecture);
    }

    [Theory]
    [InlineData("1", "invalid from flag value 1: refers to current build stage")]
    [InlineData("2", "invalid from flag value 2: index out of bounds")]
    [InlineData("-1", "invalid from flag value -1: index out of bounds")]
    public async Task A_number_means_a_stage_that_came_before_and_no_image(string origin, string expected)
    {
        var refused = await Assert.ThrowsAsync<BuildException>(
            () => fixture.BuildAsync($"FROM box\nFROM box\nCOPY --from={origin} /etc/group /x\nFROM box\n"));

        Assert.Equal(expected, refused.Message);
    }

    [Fact]
    public async Task No_two_stages_have_one_name()
    {
        var refused = await Assert.ThrowsAsync<BuildException>(
            () => fixture.BuildAsync("FROM box AS one\nFROM box\nFROM box AS One\nRUN true\n"));

        Assert.Equal("one stage name already used", refused.Message);
    }

    [Fact]
    public async Task Triggers_of_an_image_run_in_what_is_built_from_it_and_only_there()
    {
        var parent = await fixture.BuildAsync("FROM box\nONBUILD COPY a /a\nONBUILD RUN cat /a > /b\n");
        fixture.Images.Tag(parent.Image.Id.Value, Core.Images.ImageReference.Parse("trigger"));

        var child = await fixture.BuildAsync("FROM trigger\nRUN test -e /b\n", ("a", "sent"));

        Assert.Equal(2, parent.Image.Configuration.OnBuild.Length);
        Assert.Contains("# Executing 2 build triggers\n", child.Output, StringComparison.Ordinal);
        Assert.Equal("sent", await fixture.RunAsync(child, "cat /b"));
        Assert.Empty(child.Image.Configuration.OnBuild);
    }

    [Fact]
    public async Task The_shell_of_a_stage_runs_its_lines_and_an_empty_change_is_no_layer()
    {
        var built = await fixture.BuildAsync(
            "FROM box\nSHELL [\"/bin/sh\", \"-e\", \"-c\"]\nRUN true\nCMD echo $0\n");

        Assert.Equal(["/bin/sh", "-e", "-c", "echo $0"], built.Image.Configuration.Command.AsEnumerable());
        Assert.Equal(fixture.Images.Find("box")!.Size, built.Image.Size);
    }

    [Fact]
    public async Task A_step_that_fails_ends_the_build_with_its_code_and_is_tried_again()
    {
        const string File = "FROM box\nRUN echo kept > /kept\nRUN echo said; exit 7\n";

        var failed = await Assert.ThrowsAsync<BuildException>(() => fixture.BuildAsync(File));
        var again = await Assert.ThrowsAsync<BuildException>(() => fixture.BuildAsync(File));

        Assert.Equal("The command '/bin/sh -c echo said; exit 7' returned a non-zero code: 7", failed.Message);
        Assert.Equal((7, 7), (failed.ExitCode, again.ExitCode));
        fixture.ExpectNothingLeft();
    }

    [Fact]
    public async Task A_build_that_is_cancelled_ends_its_step_and_leaves_nothing()
    {
        using var cancelling = new CancellationTokenSource();
        var output = new HeardOutput();
        var building = fixture.Builder.BuildAsync(
            new BuildRequest { Running = EngineFixture.Shell("") },
            BuildFixture.Context("FROM box\nRUN echo ready; sleep 600\n"), output, cancelling.Token);
        while (!output.Text.Contains("ready", StringComparison.Ordinal))
        {
            Assert.False(building.IsCompleted, output.Text);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building);
        fixture.ExpectNothingLeft();
    }

    [Theory]
    [InlineData("FROM no-such-image", "cannot pull no-such-image:latest")]
    [InlineData("FROM scratch", "No image was generated. Is your Dockerfile empty?")]
    [InlineData("FROM --platform=plan9/mips box", "platform plan9/mips is not supported")]
    [InlineData("FROM box\nCOPY --from=nostage /x /y", "invalid from flag value nostage: cannot pull nostage:latest")]
    [InlineData("FROM box\nFOO", "dockerfile parse error line 2: unknown instruction: FOO")]
    [InlineData("FROM box\nCOPY missing /x", "COPY failed: file not found in build context or excluded by "
        + ".dockerignore: stat missing: file does not exist")]
    [InlineData("FROM box\nCOPY *.none /x/", "COPY failed: no source files were specified")]
    [InlineData("FROM box\nCOPY ./../Dockerfile /x",
        "COPY failed: forbidden path outside the build context: ../Dockerfile ()")]
    [InlineData("FROM box\nADD d/../.. /x", "ADD failed: forbidden path outside the build context: d/../.. ()")]
    [InlineData("FROM box\nCOPY --from=box /../bin /x",
        "COPY failed: forbidden path outside the build context: ../bin ()")]
    [InlineData("FROM box\nCOPY --chown=nobody-at-all Dockerfile /x", "can't find uid for user nobody-at-all")]
    [InlineData("FROM box\nCOPY Dockerfile Dockerfile /x", "the destination must be a directory and end with a /")]
    [InlineData("FROM box\nSTOPSIGNAL SIGNONE", "SIGNONE")]
    [InlineData("FROM box\nADD http://127.0.0.1:1/x /x", "ADD failed: http://127.0.0.1:1/x: ")]
    [InlineData("FROM box\nENV A=${B", "missing '}'")]
    [InlineData("FROM ${NONE}", "base name (${NONE}) should not be blank")]
    public async Task What_cannot_be_built_says_why_and_leaves_nothing(string dockerfile, string message)
    {
        var failed = await Assert.ThrowsAsync<BuildException>(() => fixture.BuildAsync(dockerfile));

        Assert.Contains(message, failed.Message, StringComparison.Ordinal);
        fixture.ExpectNothingLeft();
    }

    [Fact]
    public async Task Steps_without_a_name_are_not_shown_as_images_and_go_with_the_last_name()
    {
        var built = await fixture.BuildAsync("FROM box\nLABEL step=1\nRUN echo gone > /gone\nLABEL step=3\n");
        var name = Core.Images.ImageReference.Parse("named-build");
        fixture.Images.Tag(built.Image.Id.Value, name);
        var steps = Chain(built).ToList();
        Assert.Equal(3, steps.Count);
        Assert.Equal([false, true, true], steps.Select(step => step.IsIntermediate));

        var removal = fixture.Images.Remove("named-build", force: false, new HashSet<Core.ContainerId>());

        Assert.Equal(steps.Select(step => step.Id), removal.Deleted);
        Assert.NotNull(fixture.Images.Find("box"));
    }

    private IEnumerable<Swarm.Images.ImageSummary> Chain(BuildResult built)
    {
        var all = fixture.Images.List().ToDictionary(image => image.Id);
        for (var at = all[built.Image.Id]; at.Parent is { } parent; at = all[parent]) yield return at;
    }
}
