using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Swarm.Api.Containers;
using Swarm.Api.Http;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Core.Services;
using Swarm.Images;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Api.Tests;

/// <summary>What a container takes of its image where it does not say all itself.</summary>
public sealed class OverImageTests
{
    private static readonly ImageConfiguration Image = new()
    {
        Entrypoint = ["/entry"],
        Command = ["serve"],
        ExposedPorts = ["80/tcp", "443", "53/udp", "5060/sctp", "8000-8010/tcp"],
        HealthCheck = new HealthCheck(["CMD", "probe"]) { Interval = TimeSpan.FromSeconds(7), Retries = 9 },
    };

    [Theory]
    [InlineData("""{"PublishAllPorts":true}""", "80/Tcp 443/Tcp 53/Udp")]
    [InlineData(
        """{"PublishAllPorts":true,"PortBindings":{"443/tcp":[{"HostPort":"8443"}]}}""", "443/Tcp 80/Tcp 53/Udp")]
    [InlineData("""{"PublishAllPorts":true,"NetworkMode":"host"}""", "")]
    [InlineData("""{"PublishAllPorts":true,"NetworkMode":"none"}""", "")]
    [InlineData("{}", "")]
    public void All_ports_to_be_published_are_the_images_too(string host, string expected) => Assert.Equal(
        expected, string.Join(' ', Read($"\"HostConfig\":{host}").Ports.Select(
            port => $"{port.ContainerPort}/{port.Protocol}")));

    [Theory]
    [InlineData("\"Cmd\":null", "image's", "image's")]
    [InlineData("\"Entrypoint\":[]", "", "serve")]
    [InlineData("\"Entrypoint\":[],\"Cmd\":[\"x\"]", "", "x")]
    [InlineData("\"Entrypoint\":[\"\"]", "", "image's")]
    [InlineData("\"Entrypoint\":[\"/other\"]", "/other", "image's")]
    public void An_empty_entrypoint_takes_the_images_away_and_leaves_its_command(
        string asked, string entrypoint, string command)
    {
        var spec = Read(asked);

        Assert.Equal((entrypoint, command), (Words(spec.Entrypoint), Words(spec.Command)));

        static string Words(ImmutableArray<string>? words) => words is { } said ? string.Join(' ', said) : "image's";
    }

    [Theory]
    [InlineData("""{"Interval":1000000000}""", "probe", 1, 9)]
    [InlineData("""{"Test":["CMD","own"]}""", "own", 7, 9)]
    [InlineData("""{"Test":[],"Retries":2}""", "probe", 7, 2)]
    [InlineData("""{"Test":["NONE"]}""", "NONE", 7, 9)]
    public void A_health_check_is_the_images_in_all_that_it_does_not_say(
        string asked, string test, int seconds, int retries)
    {
        var check = Read($"\"Healthcheck\":{asked}").HealthCheck!;

        Assert.Equal((test, seconds, retries), (check.Test[^1], (int)check.Interval.TotalSeconds, check.Retries));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    public void Nothing_said_of_a_health_check_leaves_it_to_the_image(string asked) =>
        Assert.Null(Read($"\"Healthcheck\":{asked}").HealthCheck);

    [Theory]
    [InlineData("\"Cmd\":null", """{"Test":["CMD","probe"],"Interval":7000000000,"Retries":9}""")]
    [InlineData(
        "\"Healthcheck\":{\"Interval\":30000000000}",
        """{"Test":["CMD","probe"],"Interval":30000000000,"Retries":9}""")]
    [InlineData(
        "\"Healthcheck\":{\"Timeout\":30000000000,\"Retries\":3,\"StartInterval\":5000000000,\"StartPeriod\":0}",
        """
        {"Test":["CMD","probe"],"Interval":7000000000,"Timeout":30000000000,"StartInterval":5000000000,"Retries":3}
        """)]
    [InlineData("\"Healthcheck\":{\"Test\":[\"NONE\"]}", """{"Test":["NONE"],"Interval":7000000000,"Retries":9}""")]
    public void The_check_that_holds_is_shown_as_far_as_it_was_said(string asked, string expected) =>
        AssertShown(asked, expected, Read(asked));

    [Fact]
    public void Of_a_container_of_an_earlier_version_its_words_tell_what_was_said()
    {
        const string asked = "\"Healthcheck\":{\"Timeout\":30000000000}";
        var spec = Read(asked);

        AssertShown(
            asked, """{"Test":["CMD","probe"],"Interval":7000000000,"Timeout":30000000000,"Retries":9}""",
            spec with { HealthCheck = spec.HealthCheck! with { Said = HealthTerms.None } });
    }

    private static void AssertShown(string asked, string expected, ContainerSpec spec)
    {
        var definition = new ContainerDefinition(new ContainerId(new string('a', 64)), "a", spec);
        var settings = new StandaloneSettings { Asked = $"{{{asked}}}" };
        var shown = new ShownContainer(
            new ContainerState(definition, ContainerPhase.Created),
            new StandaloneContainer(definition.Id, settings, TaskState.Running))
        {
            Image = new StoredImage(Digest.Of("i"u8), Digest.Of("m"u8), [], Image, Bytes.Zero),
        };

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), HealthDocument.Of(shown)));
    }

    private static ContainerSpec Read(string asked)
    {
        var config = JsonFields.Parse(Encoding.UTF8.GetBytes($$"""{"Image":"box",{{asked}}}"""));
        return ContainerReading.OverImage(
            ContainerReading.Read(config, _ => throw new NotSupportedException()).Spec, config, Image);
    }
}
