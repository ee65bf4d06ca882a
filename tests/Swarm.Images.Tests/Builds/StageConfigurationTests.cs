using Swarm.Core.Builds;
using Swarm.Images.Builds;

namespace Swarm.Images.Tests.Builds;

public sealed class StageConfigurationTests
{
    private static readonly StageConfiguration Begun = new(new ImageConfiguration
    {
        Command = ["from", "below"],
        Environment = ["PATH=/bin", "A=0"],
        WorkingDirectory = "/w",
        ExposedPorts = ["80/tcp"],
        Volumes = ["/v"],
    });

    [Theory]
    [InlineData("ENV A=1 B=2", "ENV A=1 B=2")]
    [InlineData("EXPOSE 90 80/tcp", "EXPOSE 80/tcp 90")]
    [InlineData("CMD [\"a\", \"b\"]", "CMD [\"a\" \"b\"]")]
    [InlineData("CMD a b", "CMD [\"/bin/sh\" \"-c\" \"a b\"]")]
    [InlineData("ENTRYPOINT [\"a\"]", "ENTRYPOINT [\"a\"]")]
    [InlineData("SHELL [\"/bin/ash\", \"-c\"]", "SHELL [/bin/ash -c]")]
    [InlineData("SHELL [\"/bin/ash\", \"-c x\"]", "SHELL [/bin/ash \"-c x\"]")]
    [InlineData("VOLUME /a /b", "VOLUME [/a /b]")]
    [InlineData("VOLUME [\"/a /b\"]", "VOLUME [\"/a /b\"]")]
    [InlineData("WORKDIR sub", "WORKDIR /w/sub")]
    [InlineData("WORKDIR /other", "WORKDIR /other")]
    [InlineData("ARG a=1", "ARG a=1")]
    [InlineData("ONBUILD RUN x", "ONBUILD RUN x")]
    [InlineData("HEALTHCHECK --interval=5s CMD true \"x\"",
        "HEALTHCHECK &{[\"CMD-SHELL\" \"true \\\"x\\\"\"] \"5s\" \"0s\" \"0s\" \"0s\" '\\x00'}")]
    [InlineData(
        "HEALTHCHECK --interval=1h30m --timeout=1500ms --start-period=100ms --start-interval=61s --retries=9 "
            + "CMD [\"a\"]",
        "HEALTHCHECK &{[\"CMD\" \"a\"] \"1h30m0s\" \"1.5s\" \"100ms\" \"1m1s\" '\\t'}")]
    [InlineData("HEALTHCHECK --interval=30s --timeout=30s --start-interval=5s --retries=3 CMD [\"a\"]",
        "HEALTHCHECK &{[\"CMD\" \"a\"] \"30s\" \"30s\" \"0s\" \"5s\" '\\x03'}")]
    [InlineData("HEALTHCHECK NONE", "HEALTHCHECK &{[\"NONE\"] \"0s\" \"0s\" \"0s\" \"0s\" '\\x00'}")]
    public void An_instruction_is_told_in_its_whole_form(string instruction, string told) =>
        Assert.Equal(told, Begun.Apply(Dockerfile.ParseOne(instruction)).Told);

    [Fact]
    public void What_is_set_again_is_replaced_in_its_place_and_sets_grow()
    {
        var image = After("ENV B=1 A=2", "EXPOSE 90", "VOLUME /v /u", "LABEL x=1 x=2").Image;

        Assert.Equal(["PATH=/bin", "A=2", "B=1"], image.Environment.AsEnumerable());
        Assert.Equal(["80/tcp", "90/tcp"], image.ExposedPorts.AsEnumerable());
        Assert.Equal(["/v", "/u"], image.Volumes.AsEnumerable());
        Assert.Equal("2", image.Labels["x"]);
    }

    [Fact]
    public void An_entrypoint_drops_the_command_below_and_keeps_that_of_the_stage()
    {
        Assert.Empty(After("ENTRYPOINT [\"e\"]").Image.Command);
        Assert.Equal(["own"], After("CMD [\"own\"]", "ENTRYPOINT [\"e\"]").Image.Command.AsEnumerable());
    }

    [Fact]
    public void A_shell_runs_the_lines_after_it()
    {
        var next = After("SHELL [\"/bin/ash\", \"-c\"]", "CMD x");

        Assert.Equal(["/bin/ash", "-c", "x"], next.Image.Command.AsEnumerable());
        Assert.Equal(["/bin/ash", "-c", "y"], next.Program(["y"], isShell: true).AsEnumerable());
        Assert.Equal(["y"], next.Program(["y"], isShell: false).AsEnumerable());
    }

    [Theory]
    [InlineData("A", "0"), InlineData("NONE", null), InlineData("PAT", null)]
    public void A_variable_is_found_by_its_whole_name(string name, string? value) =>
        Assert.Equal(value, Begun.FindVariable(name));

    private static StageConfiguration After(params ReadOnlySpan<string> instructions)
    {
        var at = Begun;
        foreach (var instruction in instructions) at = at.Apply(Dockerfile.ParseOne(instruction)).Next;
        return at;
    }
}
