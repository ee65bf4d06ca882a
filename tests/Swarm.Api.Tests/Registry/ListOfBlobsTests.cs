using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Swarm.Core.Images;

namespace Swarm.Api.Tests.Registry;

/// <summary>Lists of blobs, as BuildKit writes its cache into a registry.</summary>
/// <remarks>https://github.com/moby/buildkit#registry-push-image-and-cache-separately</remarks>
public sealed class ListOfBlobsTests : IAsyncLifetime
{
    private static readonly byte[] Layer = Encoding.UTF8.GetBytes("a layer");
    private static readonly byte[] Cache = Encoding.UTF8.GetBytes("""{"layers":[],"records":[]}""");

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private ServedRegistry _node = null!;

    public async Task InitializeAsync() =>
        _node = await ServedRegistry.StartAsync(new ServedRegistry.Settings { Time = _time });

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task A_list_of_blobs_is_kept_with_them_and_is_no_image()
    {
        foreach (var blob in new[] { Layer, Cache }) await _node.PushBlobAsync("cache", blob);

        using var pushed = await _node.PutManifestAsync("cache", "1", List(Cache.Length), Artifact.IndexType);
        _time.Advance(TimeSpan.FromDays(30));
        _node.Repositories.Collect();

        Assert.Equal(201, (int)pushed.StatusCode);
        Assert.False(pushed.Headers.Contains("Warning"));
        Assert.Equal(List(Cache.Length), await _node.Client.GetByteArrayAsync("/v2/cache/manifests/1"));
        Assert.Equal(Layer, await _node.Client.GetByteArrayAsync($"/v2/cache/blobs/{Digest.Of(Layer)}"));
        Assert.Equal(Cache, await _node.Client.GetByteArrayAsync($"/v2/cache/blobs/{Digest.Of(Cache)}"));
    }

    [Fact]
    public async Task A_list_of_blobs_that_are_not_here_or_are_others_is_refused()
    {
        await _node.PushBlobAsync("cache", Layer);
        using var lacking = await _node.PutManifestAsync("cache", "1", List(Cache.Length), Artifact.IndexType);
        await _node.PushBlobAsync("cache", Cache);
        using var other = await _node.PutManifestAsync("cache", "1", List(Cache.Length + 1), Artifact.IndexType);

        Assert.Equal((404, 400), ((int)lacking.StatusCode, (int)other.StatusCode));
        Assert.Contains("MANIFEST_BLOB_UNKNOWN", await lacking.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static byte[] List(long cacheSize) => Artifact.Json(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = Artifact.IndexType,
        ["manifests"] = new JsonArray(
            Artifact.Descriptor("application/vnd.oci.image.layer.v1.tar+gzip", Digest.Of(Layer), Layer.Length),
            Artifact.Descriptor("application/vnd.buildkit.cacheconfig.v0", Digest.Of(Cache), cacheSize)),
    });
}
