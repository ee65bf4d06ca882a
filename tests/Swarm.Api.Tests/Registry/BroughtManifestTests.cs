using Swarm.Core.Images;

namespace Swarm.Api.Tests.Registry;

/// <summary>Manifests that are asked for by their digests, and that another node was given.</summary>
public sealed class BroughtManifestTests : IAsyncLifetime
{
    private ServedRegistry _node = null!;

    public async Task InitializeAsync() =>
        _node = await ServedRegistry.StartAsync(new ServedRegistry.Settings { PullThrough = ["*"] });

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task What_another_node_was_given_comes_from_there_and_no_registry_is_asked()
    {
        var chart = Artifact.Chart("of another node");
        _node.Others.Bring = async name =>
        {
            Assert.Equal($"docker.io/library/none@{chart.Digest}", name.ToString());
            using var pushed = await _node.PushAsync("none", chart.Digest.Value, chart);
            return true;
        };

        Assert.Equal(chart.Manifest, await _node.Client.GetByteArrayAsync($"/v2/none/manifests/{chart.Digest}"));
        Assert.Equal(
            chart.Blobs[1], await _node.Client.GetByteArrayAsync($"/v2/none/blobs/{Digest.Of(chart.Blobs[1])}"));
        Assert.Equal(0, _node.Origin.Asked);
    }

    [Fact]
    public async Task What_no_node_was_given_its_registry_is_asked_for()
    {
        using var got = await _node.Client.GetAsync($"/v2/none/manifests/{Digest.Of("of nobody"u8)}");

        Assert.Equal(404, (int)got.StatusCode);
        Assert.Contains("the origin is not there", await got.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1, _node.Origin.Asked);
    }
}
