using System.Security.Cryptography;
using System.Text;

namespace Swarm.Hosts.Images;

/// <summary>An image of two layers: <c>box</c>, and random bytes over it, so that no other host has it.</summary>
public sealed class LargeImage
{
    private readonly byte[] _layer;
    private readonly byte[] _box;
    private readonly string _labels;

    /// <param name="name">Repository; its tag is <c>latest</c>.</param>
    /// <param name="mebibytes">Of the layer of random bytes.</param>
    /// <param name="copies">How many the cluster keeps of it; null as it keeps of others.</param>
    public LargeImage(string name, int mebibytes, int? copies = null)
    {
        Name = name;
        _labels = copies is null ? "{}" : "{" + $"\"swarm.copies\":\"{copies}\"" + "}";
        _box = BoxImage.Layer();
        _layer = BoxImage.Tar(tar => BoxImage.AddFile(
            tar, "large", RandomNumberGenerator.GetBytes(mebibytes * 1024 * 1024)));
    }

    public string Name { get; }

    /// <summary>Digest of the large layer, as its blob is named, without the algorithm.</summary>
    public string LayerHex => HexOf(_layer);

    /// <summary>An archive as docker save writes it.</summary>
    public Stream Open()
    {
        var config = $$$"""
            {"architecture":"amd64","os":"linux","config":{"Labels":{{{_labels}}},"Env":["PATH=/bin"]},
             "rootfs":{"type":"layers",
             "diff_ids":["sha256:{{{HexOf(_box)}}}","sha256:{{{HexOf(_layer)}}}"]}}
            """;
        return new MemoryStream(BoxImage.Tar(tar =>
        {
            BoxImage.AddFile(tar, "box.tar", _box);
            BoxImage.AddFile(tar, "large.tar", _layer);
            BoxImage.AddFile(tar, "config.json", Encoding.UTF8.GetBytes(config));
            BoxImage.AddFile(tar, "manifest.json", Encoding.UTF8.GetBytes(
                $$"""[{"Config":"config.json","RepoTags":["{{Name}}:latest"],"Layers":["box.tar","large.tar"]}]"""));
        }), writable: false);
    }

    private static string HexOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
