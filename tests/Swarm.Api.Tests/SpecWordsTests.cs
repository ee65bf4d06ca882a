using Swarm.Api.Containers;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Api.Tests;

/// <summary>Containers of services are shown in the words that clients would have asked for them with.</summary>
public sealed class SpecWordsTests
{
    [Fact]
    public void Its_numbers_are_read_as_those_of_clients_are()
    {
        var words = SpecWords.Of(new ContainerSpec
        {
            Image = "box",
            StopGrace = TimeSpan.FromSeconds(7),
            Limits = new ResourceLimits(MilliCpu.Zero, Bytes.FromMebibytes(1), Pids: 30),
            WritableMax = Bytes.FromMebibytes(10 * 1024),
        });

        Assert.Equal(7, words.Number("StopTimeout"));
        var host = words.Object("HostConfig");
        Assert.Equal("10G", host.Object("StorageOpt").Text("size"));
        Assert.Equal((1L << 20, 30L), (host.Number("Memory"), host.Number("PidsLimit")));
    }

    [Fact]
    public void What_a_service_did_not_set_counts_as_not_asked_for()
    {
        var host = SpecWords.Of(new ContainerSpec { Image = "box" }).Object("HostConfig");

        Assert.All(
            ["Memory", "NanoCpus", "PidsLimit", "Binds", "Privileged", "StorageOpt"],
            name => Assert.True(host.IsDefault(name), name));
    }
}
