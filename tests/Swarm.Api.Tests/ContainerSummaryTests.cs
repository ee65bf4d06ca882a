using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Containers;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;
using Swarm.Runtime.Volumes;

namespace Swarm.Api.Tests;

public sealed class ContainerSummaryTests
{
    private static readonly ShownContainer Shown = new(
        new ContainerState(
            new ContainerDefinition(new ContainerId(new string('a', 64)), "a", new ContainerSpec { Image = "box" }),
            ContainerPhase.Running)
        {
            Endpoints = [new NetworkEndpoint("bridge", "172.17.0.2", 16, "172.17.0.1", "02:00:00:00:00:01")],
            Ports = [new PublishedPort(80, 8080, PortProtocol.Tcp, PublishMode.Host, "")],
        }, null)
    {
        Image = new StoredImage(
            Digest.Of("box"u8), Digest.Of("manifest"u8), [], new ImageConfiguration
            {
                ExposedPorts = ["5060/sctp", "80/TCP", "8000-8010/tcp", "nonsense", "70000/tcp", "a/b/c", "53/udp"],
            }, Bytes.Zero),
    };

    [Fact]
    public void Whatever_an_image_exposes_its_containers_can_be_listed()
    {
        var ports = Summary(Shown)["Ports"]!.AsArray();

        Assert.Equal(
            ["80/tcp", "5060/sctp", "53/udp"], ports.Select(port => $"{port!["PrivatePort"]}/{port["Type"]}"));
        Assert.Equal("8080", $"{ports[0]!["PublicPort"]}");
    }

    [Theory]
    [InlineData("5060/sctp", 1)]
    [InlineData("53/udp", 1)]
    [InlineData("53", 0)]
    [InlineData("8000-8010", 0)]
    public void They_are_found_by_the_ports_that_are_some(string wanted, int count)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = QueryString.Create("filters", new JsonObject
        {
            ["expose"] = new JsonArray(wanted),
        }.ToJsonString());

        Assert.Equal(count, ContainerList.Choose(request, [Shown], _ => _ => true).Count());
    }

    [Theory]
    [InlineData(NetworkMode.Host)]
    [InlineData(NetworkMode.None)]
    public void One_without_networks_of_its_own_shows_no_ports(NetworkMode mode)
    {
        var spec = new ContainerSpec { Image = "box", NetworkMode = mode };
        var shown = Shown with
        {
            State = Shown.State with
            {
                Definition = Shown.State.Definition with { Spec = spec },
                Endpoints = [],
                Ports = [],
            },
        };

        Assert.Empty(Summary(shown)["Ports"]!.AsArray());
    }

    [Fact]
    public async Task A_list_that_cannot_be_written_is_an_error_with_its_words()
    {
        await using var node = await ServedNode.StartAsync();
        foreach (var letter in "ab")
        {
            var state = Shown.State with
            {
                Definition = Shown.State.Definition with { Id = new ContainerId(new string(letter, 64)) },
                ImageId = Digest.Of("box"u8),
                Mounts = [new ContainerMount(new MountSpec(MountKind.Tmpfs, "", "/t"), "")],
            };
            node.Engine.Containers.Add(state);
            node.Settings[state.Id] = new StandaloneSettings
            {
                Asked = letter == 'b' ? """{"HostConfig":{"Tmpfs":7}}""" : "{}",
            };
        }

        var answer = await node.Client.GetAsync("/containers/json");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Tmpfs", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static JsonNode Summary(ShownContainer shown) => JsonAnswers.ToNode(writer =>
        ContainerSummary.Write(writer, shown, DateTimeOffset.UnixEpoch, sizes: null));
}
