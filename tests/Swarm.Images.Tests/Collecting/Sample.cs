using System.Collections.Immutable;
using System.Text.Json;
using Swarm.Core.Images;
using Swarm.Images.Manifests;

namespace Swarm.Images.Tests.Collecting;

/// <summary>A small image, in each form in which it may come to a store; some share layers.</summary>
internal sealed class Sample
{
    private static readonly (string File, byte[] Tar)[] Layers =
    [
        ("base", new TarBuilder().Folder("etc").File("etc/gone").File("base", "base").Build()),
        ("one", new TarBuilder().File("one", "one").Build()),
        ("two", new TarBuilder().File("two", new string('2', 900)).Build()),
        ("other", new TarBuilder().File("other", "other").Build()),
        ("hides", new TarBuilder().File("etc/.wh.gone", "").File("hides", "hides").Build()),
    ];

    private Sample(params int[] layers)
    {
        Files = [.. layers.Select(layer => Layers[layer].File)];
        Tars = [.. layers.Select(layer => Layers[layer].Tar)];
        Config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = ImagePlatform.Host.Architecture,
            os = "linux",
            config = new { Cmd = new[] { string.Join(' ', Files) } },
            rootfs = new { type = "layers", diff_ids = Tars.Select(tar => Digest.Of(tar).Value) },
        });
        Manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            config = Describe("application/vnd.oci.image.config.v1+json", Config),
            layers = Tars.Select(tar => Describe("application/vnd.oci.image.layer.v1.tar", tar)),
        });
    }

    public static ImmutableArray<Sample> All { get; } =
        [new(0), new(0, 1), new(0, 2), new(3), new(0, 4), new(0, 1, 4), new(3, 2)];

    /// <summary>In its root, one of each layer.</summary>
    public ImmutableArray<string> Files { get; }

    public ImmutableArray<byte[]> Tars { get; }

    public byte[] Config { get; }

    public byte[] Manifest { get; }

    public Digest Id => Digest.Of(Config);

    /// <summary>All that it is made of, but for its manifest.</summary>
    public IEnumerable<byte[]> Blobs => [Config, .. Tars];

    /// <summary>As docker save writes it.</summary>
    public byte[] Archive(string? name)
    {
        var archive = new TarBuilder();
        for (var i = 0; i < Tars.Length; i++) Put(archive, $"{i}/layer.tar", Tars[i]);
        var tags = JsonSerializer.Serialize(name is null ? [] : new[] { name });
        var paths = JsonSerializer.Serialize(Tars.Select((_, i) => $"{i}/layer.tar"));
        Put(archive, Id.Hex + ".json", Config);
        return archive
            .File("manifest.json", $$"""[{"Config":"{{Id.Hex}}.json","RepoTags":{{tags}},"Layers":{{paths}}}]""")
            .Build();
    }

    /// <summary>A manifest that is no image, of one blob.</summary>
    public static byte[] Chart(byte[] blob) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        schemaVersion = 2,
        config = Describe("application/chart.config", "{}"u8.ToArray()),
        layers = new[] { Describe("application/chart", blob) },
    });

    private static object Describe(string type, byte[] blob) =>
        new { mediaType = type, digest = Digest.Of(blob).Value, size = blob.Length };

    private static void Put(TarBuilder archive, string name, byte[] content) =>
        archive.Entry(new Tar.TarEntry { Name = TarBuilder.Bytes(name), Kind = Tar.TarKind.File }, content);
}
