using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Swarm.Core.Images;

namespace Swarm.Api.Tests.Registry;

/// <summary>What the specification demands of manifests and lists, beyond what a day's work shows.</summary>
/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md</remarks>
public sealed class ManifestConformanceTests : IAsyncLifetime
{
    private const string Empty = "application/vnd.oci.empty.v1+json";
    private const string Word = "application/vnd.example.word";

    private static readonly Digest Nothing = Digest.Of("{}"u8);

    private ServedRegistry _node = null!;

    public async Task InitializeAsync()
    {
        _node = await ServedRegistry.StartAsync();
        await _node.PushBlobAsync("web", "{}"u8.ToArray());
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    public static TheoryData<string, string> Shapes => new()
    {
        { "no layers", """{"config":CONFIG,"layers":[]}""" },
        { "an artifact", """{"artifactType":"application/x","config":CONFIG,"layers":[CONFIG]}""" },
        { "layers that lie elsewhere", """
            {"config":CONFIG,"layers":[{"mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
             "digest":"ELSEWHERE","size":123456,"urls":["https://store.example.com/1"]},CONFIG]}
            """ },
        { "embedded data", """
            {"config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"NOTHING","size":2,"data":"e30="},
             "layers":[]}
            """ },
        { "fields of its own", """{"org.own":["x",1,null],"config":CONFIG,"layers":[],"annotations":{"a":"b"}}""" },
        { "an empty list", """{"manifests":[]}""" },
        { "a list with a type", """{"artifactType":"application/x","manifests":[],"annotations":{"a":"b"}}""" },
        { "about what is not here", """{"config":CONFIG,"layers":[],"subject":SUBJECT}""" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Whatever_a_manifest_has_beside_what_is_known_it_is_kept_byte_for_byte(string what, string shape)
    {
        var content = Manifest(shape);
        var type = TypeOf(shape);

        using var pushed = await _node.PutManifestAsync("web", "1", content, type);

        Assert.True((int)pushed.StatusCode == 201, $"{what}: {await pushed.Content.ReadAsStringAsync()}");
        foreach (var place in new[] { "/v2/web/manifests/1", pushed.Headers.Location!.OriginalString })
        {
            using var got = await _node.Client.GetAsync(place);
            using var head = await _node.SendAsync(HttpMethod.Head, place);
            Assert.Equal(content, await got.Content.ReadAsByteArrayAsync());
            foreach (var answer in new[] { got, head })
            {
                Assert.Equal(200, (int)answer.StatusCode);
                Assert.Equal((long?)content.Length, answer.Content.Headers.ContentLength);
                Assert.Equal(type, answer.Content.Headers.ContentType!.ToString());
                Assert.Equal(Digest.Of(content).Value, answer.Headers.GetValues("Docker-Content-Digest").Single());
            }
        }
    }

    [Theory]
    [InlineData("""{"config":CONFIG,"layers":[]}""")]
    [InlineData("""{"manifests":[]}""")]
    public async Task What_is_sent_without_a_type_and_says_none_is_what_it_looks_like(string shape)
    {
        var json = JsonNode.Parse(Manifest(shape))!.AsObject();
        json.Remove("mediaType");

        using var pushed = await _node.PutManifestAsync("web", "1", Artifact.Json(json), "");
        using var got = await _node.Client.GetAsync("/v2/web/manifests/1");

        Assert.Equal(201, (int)pushed.StatusCode);
        Assert.Equal(TypeOf(shape), got.Content.Headers.ContentType!.ToString());
    }

    [Theory]
    [InlineData("""{"config":CONFIG,"layers":[],"manifests":[]}""", Artifact.ManifestType)]
    [InlineData("""{"config":CONFIG,"layers":[],"manifests":[]}""", Artifact.IndexType)]
    [InlineData("""{"config":CONFIG,"layers":[],"subject":{"mediaType":"a/b","digest":"sha256:12","size":1}}""",
        Artifact.ManifestType)]
    public async Task What_can_be_read_in_two_ways_or_in_none_is_refused(string shape, string type) =>
        await BlobRouteTests.IsErrorAsync(
            await _node.PutManifestAsync("web", "1", Manifest(shape, type), type), 400, "MANIFEST_INVALID");

    [Fact]
    public async Task A_manifest_of_four_mebibytes_is_taken_and_of_a_byte_more_refused()
    {
        var shape = """{"config":CONFIG,"layers":[],"annotations":{"a":"FILLER"}}""";
        var filler = new string('a', (4 << 20) - Manifest(shape).Length + "FILLER".Length);
        var largest = Manifest(shape.Replace("FILLER", filler, StringComparison.Ordinal));

        using var taken = await _node.PutManifestAsync("web", "1", largest);
        using var refused = await _node.PutManifestAsync("web", "1", [.. largest, (byte)' ']);

        Assert.Equal(4 << 20, largest.Length);
        Assert.Equal((201, 413), ((int)taken.StatusCode, (int)refused.StatusCode));
        Assert.Equal(largest, await _node.Client.GetByteArrayAsync("/v2/web/manifests/1"));
    }

    [Fact]
    public async Task A_list_of_lists_is_kept_with_what_they_list()
    {
        var image = Artifact.Image("nested");
        await _node.PushAsync("web", image.Digest.Value, image);
        var inner = Artifact.Index(image);
        var outer = Artifact.Json(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Artifact.IndexType,
            ["manifests"] = new JsonArray(
                Artifact.Descriptor(Artifact.IndexType, Digest.Of(inner), inner.Length)),
        });

        await BlobRouteTests.IsErrorAsync(
            await _node.PutManifestAsync("web", "1", outer, Artifact.IndexType), 404, "MANIFEST_BLOB_UNKNOWN");
        await _node.PutManifestAsync("web", Digest.Of(inner).Value, inner, Artifact.IndexType);
        using var pushed = await _node.PutManifestAsync("web", "1", outer, Artifact.IndexType);

        Assert.Equal(201, (int)pushed.StatusCode);
        Assert.Equal(outer, await _node.Client.GetByteArrayAsync("/v2/web/manifests/1"));
        Assert.Equal(inner, await _node.Client.GetByteArrayAsync($"/v2/web/manifests/{Digest.Of(inner)}"));
    }

    [Theory]
    [InlineData("""{"config":CONFIG,"layers":[],"subject":SUBJECT}""", Empty)]
    [InlineData(
        """{"artifactType":"application/vnd.example.word","config":CONFIG,"layers":[],"subject":SUBJECT}""", Word)]
    [InlineData("""{"manifests":[],"subject":SUBJECT}""", null)]
    [InlineData("""{"artifactType":"application/vnd.example.word","manifests":[],"subject":SUBJECT}""", Word)]
    public async Task What_is_about_a_digest_of_any_algorithm_is_listed_as_what_it_is(string shape, string? type)
    {
        foreach (var subject in new[] { Digest.Of("gone"u8).Value, Sha512Of("gone"u8) })
        {
            var json = JsonNode.Parse(Manifest(shape))!.AsObject();
            json["subject"]!["digest"] = subject;
            json["annotations"] = new JsonObject { ["org.example"] = "a \"word\"" };
            var content = Artifact.Json(json);

            using var pushed = await _node.PutManifestAsync("web", Digest.Of(content).Value, content, TypeOf(shape));
            using var list = await _node.Client.GetAsync($"/v2/web/referrers/{subject}");
            using var filtered = await _node.Client.GetAsync($"/v2/web/referrers/{subject}?artifactType=no/such");

            Assert.Equal(subject, pushed.Headers.GetValues("OCI-Subject").Single());
            Assert.Equal(Artifact.IndexType, list.Content.Headers.ContentType!.ToString());
            Assert.False(list.Headers.Contains("OCI-Filters-Applied"));
            var expected = new JsonObject
            {
                ["mediaType"] = TypeOf(shape),
                ["digest"] = Digest.Of(content).Value,
                ["size"] = content.Length,
            };
            if (type is not null) expected["artifactType"] = type;
            expected["annotations"] = new JsonObject { ["org.example"] = "a \"word\"" };
            Assert.Equal(IndexOf(expected), JsonNode.Parse(await list.Content.ReadAsStringAsync())!.ToJsonString());
            Assert.Equal("artifactType", filtered.Headers.GetValues("OCI-Filters-Applied").Single());
            Assert.Equal(IndexOf(), JsonNode.Parse(await filtered.Content.ReadAsStringAsync())!.ToJsonString());
        }
    }

    [Theory]
    [InlineData("web")]
    [InlineData("no/such/repository")]
    public async Task About_what_nothing_is_about_there_is_an_empty_list(string repository)
    {
        foreach (var subject in new[] { Digest.Of("x"u8).Value, Sha512Of("x"u8) })
        {
            using var list = await _node.Client.GetAsync($"/v2/{repository}/referrers/{subject}");

            Assert.Equal(200, (int)list.StatusCode);
            Assert.Equal(IndexOf(), JsonNode.Parse(await list.Content.ReadAsStringAsync())!.ToJsonString());
        }
    }

    [Fact]
    public async Task The_head_of_a_list_is_as_the_list()
    {
        await _node.PushAsync("web", "1", Artifact.Image("one"));
        foreach (var path in new[] { "web/tags/list", "_catalog", $"web/referrers/{Digest.Of("x"u8)}" })
        {
            using var list = await _node.Client.GetAsync($"/v2/{path}");
            using var head = await _node.SendAsync(HttpMethod.Head, $"/v2/{path}");

            Assert.Equal((200, 200), ((int)list.StatusCode, (int)head.StatusCode));
            Assert.Equal(list.Content.Headers.ContentType, head.Content.Headers.ContentType);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    private static string IndexOf(params JsonNode[] manifests) => new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = Artifact.IndexType,
        ["manifests"] = new JsonArray(manifests),
    }.ToJsonString();

    private static string TypeOf(string shape) =>
        shape.Contains("\"manifests\"", StringComparison.Ordinal) ? Artifact.IndexType : Artifact.ManifestType;

    private static string Sha512Of(ReadOnlySpan<byte> content) =>
        $"sha512:{Convert.ToHexStringLower(SHA512.HashData(content))}";

    private static byte[] Manifest(string shape, string? type = null)
    {
        var known = $$"""{"mediaType":"{{Empty}}","digest":"{{Nothing}}","size":2}""";
        var subject = $$"""{"mediaType":"{{Artifact.ManifestType}}","digest":"{{Digest.Of("gone"u8)}}","size":9}""";
        return Encoding.UTF8.GetBytes(shape.Trim()
            .Replace("CONFIG", known, StringComparison.Ordinal)
            .Replace("SUBJECT", subject, StringComparison.Ordinal)
            .Replace("ELSEWHERE", Digest.Of("elsewhere"u8).Value, StringComparison.Ordinal)
            .Replace("NOTHING", Nothing.Value, StringComparison.Ordinal)
            .Insert(1, $$"""
                "schemaVersion":2, "mediaType":"{{type ?? TypeOf(shape)}}",
                """));
    }
}
