using System.Text;
using System.Text.Json;
using Swarm.Core.Images;

namespace Swarm.Images.Tests;

/// <summary>Archives as docker save writes them, of layers that tests make.</summary>
internal static class DockerArchives
{
    public static byte[] Make(params byte[][] layers) => Make(layers, name: null);

    public static byte[] Make(byte[][] layers, string? name, byte[][]? stored = null)
    {
        var config = Encoding.UTF8.GetBytes(Config(layers));
        var archive = new TarBuilder();
        stored ??= layers;
        for (var i = 0; i < stored.Length; i++)
        {
            archive.Entry(
                new Tar.TarEntry { Name = TarBuilder.Bytes($"{i}/layer.tar"), Kind = Tar.TarKind.File }, stored[i]);
        }

        var hex = Digest.Of(config).Hex;
        var tags = JsonSerializer.Serialize(name is null ? [] : new[] { name });
        var paths = JsonSerializer.Serialize(layers.Select((_, i) => $"{i}/layer.tar"));
        return archive.Entry(
            new Tar.TarEntry { Name = TarBuilder.Bytes(hex + ".json"), Kind = Tar.TarKind.File }, config)
            .File("manifest.json", $$"""[{"Config":"{{hex}}.json","RepoTags":{{tags}},"Layers":{{paths}}}]""")
            .Build();
    }

    private static string Config(byte[][] layers) => JsonSerializer.Serialize(new
    {
        architecture = "amd64",
        os = "linux",
        config = new { Cmd = new[] { "/bin/sh" } },
        rootfs = new { type = "layers", diff_ids = layers.Select(layer => Digest.Of(layer).Value) },
    });
}
