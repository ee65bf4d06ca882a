using System.Collections.Immutable;
using Swarm.Api.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Images.Registry;
using Swarm.Runtime;

namespace Swarm.Api.Tests;

public sealed class HostDocumentTests
{
    private static readonly NodeFacts Node = new(
        new NodeId("n"), "alpha", "1", "/data", "6.1", "amd64", 4, new Bytes(1), 2,
        ImmutableSortedDictionary<string, string>.Empty);

    [Fact]
    public void Containers_are_counted_by_what_they_do()
    {
        ContainerState[] containers =
        [
            Of('a', ContainerPhase.Running), Of('b', ContainerPhase.Running) with { IsPaused = true },
            Of('c', ContainerPhase.Created), Of('d', ContainerPhase.Ended),
        ];

        var shown = HostDocument.Describe(Node, 7, containers, ["careful"], DateTimeOffset.UnixEpoch);

        Assert.Equal(
            (4, 1, 1, 2, 7),
            (Number("Containers"), Number("ContainersRunning"), Number("ContainersPaused"), Number("ContainersStopped"),
                Number("Images")));
        Assert.Equal("x86_64", shown["Architecture"]!.GetValue<string>());
        Assert.Equal("careful", shown["Warnings"]![0]!.GetValue<string>());
        Assert.False(shown["OomKillDisable"]!.GetValue<bool>());

        int Number(string name) => shown[name]!.GetValue<int>();
    }

    [Theory]
    [InlineData("ext4", "extfs")]
    [InlineData("xfs", "xfs")]
    public void The_file_system_below_is_told_in_the_words_of_Docker(string kind, string expected)
    {
        var shown = HostDocument.Describe(Node with { FileSystem = kind }, 0, [], [], DateTimeOffset.UnixEpoch);

        var first = shown["DriverStatus"]![0]!.AsArray().Select(word => word!.GetValue<string>());
        Assert.Equal(["Backing Filesystem", expected], first);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whether_swap_is_limited_is_what_the_kernel_says(bool counts) => Assert.Equal(
        counts,
        HostDocument.Describe(Node with { CountsSwap = counts }, 0, [], [], DateTimeOffset.UnixEpoch)["SwapLimit"]!
            .GetValue<bool>());

    [Fact]
    public void Registries_are_shown_as_they_are_configured()
    {
        var node = Node with
        {
            Registries = new RegistryOptions
            {
                InsecureRegistries = ["registry.lan:5000", "10.0.0.0/8"],
                Mirrors = [new Uri("https://mirror.lan")],
            },
        };

        var shown = HostDocument.Describe(node, 0, [], [], DateTimeOffset.UnixEpoch)["RegistryConfig"]!;

        Assert.Equal("""["127.0.0.0/8","10.0.0.0/8"]""", shown["InsecureRegistryCIDRs"]!.ToJsonString());
        Assert.Equal("""["https://mirror.lan/"]""", shown["Mirrors"]!.ToJsonString());
        Assert.Equal(
            """
            {"docker.io":{"Name":"docker.io","Mirrors":["https://mirror.lan/"],"Secure":true,"Official":true},
            """ + """
            "registry.lan:5000":{"Name":"registry.lan:5000","Mirrors":[],"Secure":false,"Official":false}}
            """,
            shown["IndexConfigs"]!.ToJsonString());
    }

    private static ContainerState Of(char id, ContainerPhase phase) => new(
        new ContainerDefinition(new ContainerId(new string(id, 64)), $"{id}", new ContainerSpec { Image = "box" }),
        phase);
}
