using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;

namespace Swarm.Benchmarks;

/// <summary>An archive, as docker save writes it, of an image of several layers of random bytes: nothing has it, and
/// nothing presses it together.</summary>
internal sealed record LayeredImage(string Name, string Archive)
{
    public const long Bytes = (long)Layers * FilesOfEach * FileBytes;

    private const int Layers = 4;
    private const int FilesOfEach = 500;
    private const int FileBytes = 100_000;

    public static async Task<LayeredImage> WriteAsync(string folder, string name)
    {
        var image = new LayeredImage(name, Path.Combine(folder, $"{name}.tar"));
        await using var file = File.Create(image.Archive);
        await using var tar = new TarWriter(file, TarEntryFormat.Pax);
        var layers = new List<(string Path, string DiffId)>();
        for (var number = 0; number < Layers; number++)
        {
            var layer = WriteLayer(number);
            layers.Add(($"layer{number}.tar", $"sha256:{Convert.ToHexStringLower(SHA256.HashData(layer))}"));
            Add(tar, layers[^1].Path, layer);
        }

        Add(tar, "config.json", JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "amd64",
            os = "linux",
            config = new { Cmd = new[] { "/d0/f0" } },
            rootfs = new { type = "layers", diff_ids = layers.Select(layer => layer.DiffId) },
        }));
        Add(tar, "manifest.json", JsonSerializer.SerializeToUtf8Bytes(new[]
        {
            new
            {
                Config = "config.json",
                RepoTags = new[] { $"{name}:latest" },
                Layers = layers.Select(layer => layer.Path),
            },
        }));
        return image;
    }

    private static byte[] WriteLayer(int number)
    {
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, $"d{number}"));
            for (var file = 0; file < FilesOfEach; file++)
                Add(tar, $"d{number}/f{file}", RandomNumberGenerator.GetBytes(FileBytes));
        }

        return bytes.ToArray();
    }

    private static void Add(TarWriter tar, string path, byte[] content) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
}
